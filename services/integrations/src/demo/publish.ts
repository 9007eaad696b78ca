import { concurrently } from '../concurrent.ts';
import { type Graph, userErrorText } from '../graph.ts';
import { type Base, type Text, demoKnowledgeBases } from './articles.ts';

const WIDTH = 6;

interface Known {
  id: string;
  sections: { id: string; title: string }[];
}

/** Creates and publishes the articles unless they exist. */
export async function publishArticles(asAdmin: Graph): Promise<number> {
  let published = 0;
  await concurrently(demoKnowledgeBases, WIDTH, async (base) => {
    const { id, sections } = await enterBase(asAdmin, base);
    for (const { title, articles } of base.sections) {
      const sectionId =
        sections.find((section) => section.title === title)?.id ??
        (await enterSection(asAdmin, id, title));
      for (const article of articles)
        await enterArticle(asAdmin, { knowledgeBaseId: id, sectionId, ...article });
      published += articles.length;
    }
  });
  return published;
}

async function enterBase(asAdmin: Graph, { slug, name, audience, locale }: Base): Promise<Known> {
  const find = async (): Promise<Known | null> => {
    const query =
      'query ($slug: String!) { knowledgeBase(slug: $slug) { id sections { id title } } }';
    return (await asAdmin.ask<{ knowledgeBase: Known | null }>(query, { slug })).knowledgeBase;
  };
  const known = await find();
  if (known) return known;
  const made = await asAdmin.change<{ knowledgeBase: { id: string } | null }>(
    'knowledgeBaseCreate',
    { slug, name, audience, locales: [locale] },
    'knowledgeBase { id }',
  );
  if (!made.knowledgeBase)
    throw new Error(
      `The knowledge base ${name} cannot be created. ${userErrorText(made.userErrors)}`,
    );
  return { ...made.knowledgeBase, sections: [] };
}

async function enterSection(
  asAdmin: Graph,
  knowledgeBaseId: string,
  title: string,
): Promise<string> {
  const input = { knowledgeBaseId, title, idempotencyKey: `demo ${knowledgeBaseId} ${title}` };
  const { section, userErrors } = await asAdmin.change<{ section: { id: string } | null }>(
    'sectionCreate',
    input,
    'section { id }',
  );
  if (!section)
    throw new Error(`The section ${title} cannot be created. ${userErrorText(userErrors)}`);
  return section.id;
}

async function enterArticle(
  asAdmin: Graph,
  input: Text & { knowledgeBaseId: string; sectionId: string },
): Promise<void> {
  const made = await asAdmin.change<{ article: { id: string } | null }>(
    'articleCreate',
    input,
    'article { id }',
  );
  const id = made.article?.id ?? (await articleId(asAdmin, input));
  if (!id)
    throw new Error(
      `The article ${input.title} cannot be created. ${userErrorText(made.userErrors)}`,
    );
  const { userErrors } = await asAdmin.change('articlePublish', { id }, 'article { id }');
  if (userErrors.length)
    throw new Error(`The article ${input.title} can’t be published. ${userErrorText(userErrors)}`);
}

async function articleId(
  asAdmin: Graph,
  { knowledgeBaseId, slug }: { knowledgeBaseId: string; slug: string },
): Promise<string | undefined> {
  const query =
    'query ($knowledgeBaseId: ID!, $slug: String!) { article(knowledgeBaseId: $knowledgeBaseId, slug: $slug) { id } }';
  return (await asAdmin.ask<{ article: { id: string } | null }>(query, { knowledgeBaseId, slug }))
    .article?.id;
}
