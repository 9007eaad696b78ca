import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';

// The one place where what people write becomes HTML.

/** Text and its marks. */
const TAGS =
  'a blockquote br code em h1 h2 h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul'.split(
    ' ',
  );
const SCHEMES = ['http', 'https', 'mailto', 'tel'];

export interface SanitizerOptions {
  /** Set on every link. */
  linkDefaults: Record<string, string>;
  /** Attributes of links that may stay beside the address. */
  linkAttributes?: readonly string[];
  /** Pictures over the web; they tell their host who reads when. */
  images?: boolean;
}

/** Makes the function that takes all out of HTML that could do harm or is no text: scripts, styles, frames, forms, drawings, other addresses. Cleaning once more changes nothing. */
export function createSanitizer({
  linkDefaults: link,
  linkAttributes = [],
  images: pictures = false,
}: SanitizerOptions): (html: string) => string {
  const options: sanitizeHtml.IOptions = {
    allowedTags: pictures ? [...TAGS, 'img'] : TAGS,
    allowedAttributes: {
      a: ['href', ...Object.keys(link), ...linkAttributes],
      ol: ['start'],
      ...(pictures && { img: ['src', 'alt', 'title'] }),
    },
    allowedSchemes: SCHEMES,
    allowedSchemesByTag: { img: ['http', 'https'] },
    allowProtocolRelative: false,
    transformTags: { a: sanitizeHtml.simpleTransform('a', link) },
  };
  return (html) => sanitizeHtml(html, options);
}

/** Reads Markdown; HTML in it is text. `breaks`: a line that ends stays ended. */
export const createMarkdownRenderer = ({
  breaks,
}: {
  breaks: boolean;
}): InstanceType<typeof MarkdownIt> => new MarkdownIt({ html: false, linkify: true, breaks });

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** The words of clean HTML without its tags. */
export const htmlToText = (html: string): string =>
  sanitizeHtml(html, { allowedTags: [], allowedAttributes: {} }).replaceAll(
    /&(amp|lt|gt|quot);/g,
    (entity) => ENTITIES[entity]!,
  );
