import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';

const markdown = new MarkdownIt({ html: false, linkify: true });

const TAGS = 'h1 h2 h3 h4 h5 h6 p br hr blockquote pre code strong em s ul ol li a img table thead tbody tr th td';

/** What may stand in an article: text and its marks, tables, pictures and links over the web; no scripts, styles, forms or frames. */
const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: TAGS.split(' '),
  allowedAttributes: { a: ['href', 'title', 'rel'], img: ['src', 'alt', 'title'], ol: ['start'] },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['http', 'https'] },
  allowProtocolRelative: false,
  transformTags: { a: sanitizeHtml.simpleTransform('a', { rel: 'noopener noreferrer' }) },
};

const SUMMARY = 300;

/** Safe HTML; cleaning it once more changes nothing. */
export const clean = (html: string): string => sanitizeHtml(html, ALLOWED);

export interface Rendered {
  html: string;
  plain: string;
  summary: string;
}

/** Markdown as safe HTML, as plain text, and its first lines. */
export function render(body: string): Rendered {
  const environment = {};
  const tokens = markdown.parse(body, environment);
  const html = clean(markdown.renderer.render(tokens, markdown.options, environment));
  const plain = plainOf(tokens);
  return { html, plain, summary: summaryOf(plain) };
}

type Token = ReturnType<typeof markdown.parse>[number];

const plainOf = (tokens: readonly Token[]): string =>
  tokens
    .map((token) =>
      token.type === 'inline' ? inlineOf(token.children ?? []) : token.type === 'fence' || token.type === 'code_block' ? token.content : '',
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
