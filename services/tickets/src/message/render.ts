import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });

/** What may stand in a message: text and its marks, links to the outside, no styles, no pictures that would tell who read it. */
const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: [
    'p',
    'br',
    'strong',
    'em',
    's',
    'code',
    'pre',
    'blockquote',
    'ul',
    'ol',
    'li',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'hr',
    'a',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
  ],
  allowedAttributes: { a: ['href', 'rel', 'target'], ol: ['start'] },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowProtocolRelative: false,
  transformTags: { a: sanitizeHtml.simpleTransform('a', { rel: 'noopener noreferrer nofollow', target: '_blank' }) },
};

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
const PLAIN = /^[^<>&*_`#[\]\\|~!:/@-]*$/;

/** Markdown as safe HTML and as plain text. */
export function render(body: string): { html: string; text: string } {
  if (PLAIN.test(body) && !body.includes('\n') && !/^\s*\d/.test(body) && !body.includes('www.'))
    return { html: `<p>${body.replaceAll('"', '&quot;')}</p>\n`, text: body };
  const html = sanitizeHtml(markdown.render(body), ALLOWED);
  const text = sanitizeHtml(html.replaceAll(/<\/(p|li|h\d|tr|pre|blockquote)>|<br \/>/g, '\n$&'), {
    allowedTags: [],
    allowedAttributes: {},
  })
    .replaceAll(/&(amp|lt|gt|quot);/g, (entity) => ENTITIES[entity]!)
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return { html, text };
}
