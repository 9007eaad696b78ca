import { createSanitizer, createMarkdownRenderer } from '@deskgraph/common/text/markup';

const reader = createMarkdownRenderer({ breaks: false });
const sanitize = createSanitizer({
  linkDefaults: { rel: 'noopener noreferrer' },
  linkAttributes: ['title'],
  images: true,
});

const MAX_SUMMARY_LENGTH = 300;

export interface Rendered {
  html: string;
  plain: string;
  summary: string;
}

/** Renders Markdown as sanitized HTML and as plain text, and cuts a summary. */
export function renderArticle(body: string): Rendered {
  const environment = {};
  const tokens = reader.parse(body, environment);
  const html = sanitize(reader.renderer.render(tokens, reader.options, environment));
  const plain = plainText(tokens);
  return { html, plain, summary: summaryText(plain) };
}

type Token = ReturnType<typeof reader.parse>[number];

const plainText = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      token.type === 'inline'
        ? inlineText(token.children ?? [])
        : token.type === 'fence' || token.type === 'code_block'
          ? token.content
          : '',
    )
    .map((text) => text.trim())
    .filter(Boolean)
    .join('\n');

const inlineText = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.type === 'softbreak' || token.type === 'hardbreak') return ' ';
      return token.children ? inlineText(token.children) : token.content;
    })
    .join('');

/** At most 300 characters, cut after a whole word where the script separates words by spaces. */
function summaryText(plain: string): string {
  const text = plain.replaceAll(/\s+/g, ' ');
  const characters = Array.from(text.slice(0, MAX_SUMMARY_LENGTH * 2));
  if (characters.length <= MAX_SUMMARY_LENGTH) return characters.join('');
  const cut = characters.slice(0, MAX_SUMMARY_LENGTH - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > cut.length - 40 ? cut.slice(0, space) : cut}…`;
}
