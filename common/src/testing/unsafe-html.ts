import { type DefaultTreeAdapterTypes, parseFragment, serialize } from 'parse5';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const HTML_NAMESPACE = 'http://www.w3.org/1999/xhtml';
const SAFE_ELEMENTS = new Set(
  'a blockquote br code em h1 h2 h3 h4 h5 h6 hr img li ol p pre s strong table tbody td th thead tr ul'.split(
    ' ',
  ),
);
const SAFE_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'rel', 'target', 'title'],
  img: ['src', 'alt', 'title'],
  ol: ['start'],
};
const SAFE_SCHEMES: Readonly<Record<string, readonly string[]>> = {
  href: ['http:', 'https:', 'mailto:', 'tel:'],
  src: ['http:', 'https:'],
};

/**
 * The unsafe parts of HTML as a browser would read it; empty when it is safe. Parses by the HTML
 * standard, serialises and parses again, because mutation XSS becomes unsafe only at the second
 * parse.
 */
export function unsafeHtmlParts(html: string): string[] {
  const tree = parseFragment(html);
  return [
    ...tree.childNodes.flatMap(unsafePartsOf),
    ...parseFragment(serialize(tree)).childNodes.flatMap(unsafePartsOf),
  ];
}

function unsafePartsOf(node: Node): string[] {
  if (node.nodeName === '#text') return [];
  if (!('tagName' in node)) return [node.nodeName];
  return [
    ...unsafeElement(node),
    ...node.attrs.flatMap(({ name, value }) => unsafeAttribute(node, name, value)),
    ...node.childNodes.flatMap(unsafePartsOf),
  ];
}

const unsafeElement = ({ tagName, namespaceURI }: Element): string[] =>
  SAFE_ELEMENTS.has(tagName) && (namespaceURI as string) === HTML_NAMESPACE ? [] : [`<${tagName}>`];

function unsafeAttribute({ tagName, attrs }: Element, name: string, value: string): string[] {
  if (!SAFE_ATTRIBUTES[tagName]?.includes(name)) return [`<${tagName} ${name}>`];
  if (
    name === 'target' &&
    !attrs.some((other) => other.name === 'rel' && other.value.split(' ').includes('noopener'))
  )
    return ['no noopener'];
  const schemes = SAFE_SCHEMES[name];
  if (!schemes) return [];
  const url = URL.parse(value, 'https://desk.example/');
  return url && schemes.includes(url.protocol) ? [] : [`${name}=${value}`];
}
