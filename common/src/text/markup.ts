import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';

// All user input that becomes HTML passes through this file.

/** Elements for text and its structure. */
const ALLOWED_TAGS =
  'a blockquote br code em h1 h2 h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul'.split(
    ' ',
  );
const ALLOWED_SCHEMES = ['http', 'https', 'mailto', 'tel'];

export interface SanitizerOptions {
  /** Attributes that are set on every link. */
  linkDefaults: Record<string, string>;
  /** Attributes that links may keep besides `href`. */
  linkAttributes?: readonly string[];
  /** Allows remote images. Loading them discloses to their host that and when the text is read. */
  images?: boolean;
}

/**
 * Creates a function that removes everything from HTML that is unsafe or not text: scripts, styles,
 * frames, forms, SVG and MathML, URLs of other schemes. It is idempotent.
 *
 * @example
 * const sanitize = createSanitizer({ linkDefaults: { rel: 'noopener' } });
 * sanitize('<p onclick="x()">Hi</p>'); // '<p>Hi</p>'
 */
export function createSanitizer({
  linkDefaults: link,
  linkAttributes = [],
  images: pictures = false,
}: SanitizerOptions): (html: string) => string {
  const options: sanitizeHtml.IOptions = {
    allowedTags: pictures ? [...ALLOWED_TAGS, 'img'] : ALLOWED_TAGS,
    allowedAttributes: {
      a: ['href', ...Object.keys(link), ...linkAttributes],
      ol: ['start'],
      ...(pictures && { img: ['src', 'alt', 'title'] }),
    },
    allowedSchemes: ALLOWED_SCHEMES,
    allowedSchemesByTag: { img: ['http', 'https'] },
    allowProtocolRelative: false,
    transformTags: { a: sanitizeHtml.simpleTransform('a', link) },
  };
  return (html) => sanitizeHtml(html, options);
}

/** Creates a Markdown renderer that escapes HTML. With `breaks`, line ends become `<br>`. */
export const createMarkdownRenderer = ({
  breaks,
}: {
  breaks: boolean;
}): InstanceType<typeof MarkdownIt> => new MarkdownIt({ html: false, linkify: true, breaks });

const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** The text of sanitized HTML, without its tags. */
export const htmlToText = (html: string): string =>
  sanitizeHtml(html, { allowedTags: [], allowedAttributes: {} }).replaceAll(
    /&(amp|lt|gt|quot);/g,
    (entity) => ENTITIES[entity]!,
  );
