import { createSanitizer, createMarkdownRenderer } from '@deskgraph/common/text/markup';

const reader = createMarkdownRenderer({ breaks: false });
const clean = createSanitizer({
  linkDefaults: { rel: 'noopener noreferrer' },
  linkAttributes: ['title'],
  images: true,
});

const SUMMARY = 300;

export interface Rendered {
  html: string;
  plain: string;
  summary: string;
}

/** Markdown as safe HTML, as plain text, and its first lines. */
export function render(body: string): Rendered {
  const environment = {};
  const tokens = reader.parse(body, environment);
  const html = clean(reader.renderer.render(tokens, reader.options, environment));
  const plain = plainOf(tokens);
  return { html, plain, summary: summaryOf(plain) };
}

type Token = ReturnType<typeof reader.parse>[number];

const plainOf = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      token.type === 'inline'
        ? inlineOf(token.children ?? [])
        : token.type === 'fence' || token.type === 'code_block'
          ? token.content
          : '',
    )
    .map((text) => text.trim())
    .filter(Boolean)
    .join('\n');

const inlineOf = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.type === 'softbreak' || token.type === 'hardbreak') return ' ';
      return token.children ? inlineOf(token.children) : token.content;
    })
    .join('');

/** At most 300 characters, cut after a whole word where words have spaces between them. */
function summaryOf(plain: string): string {
  const text = plain.replaceAll(/\s+/g, ' ');
  const signs = Array.from(text.slice(0, SUMMARY * 2));
  if (signs.length <= SUMMARY) return signs.join('');
  const cut = signs.slice(0, SUMMARY - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > cut.length - 40 ? cut.slice(0, space) : cut}…`;
}
