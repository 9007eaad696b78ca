import { type DefaultTreeAdapterTypes, parseFragment, serialize } from 'parse5';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const HTML = 'http://www.w3.org/1999/xhtml';
const HARMLESS = new Set(
  'a blockquote br code em h1 h2 h3 h4 h5 h6 hr img li ol p pre s strong table tbody td th thead tr ul'.split(
    ' ',
  ),
);
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'rel', 'target', 'title'],
  img: ['src', 'alt', 'title'],
  ol: ['start'],
};
const SCHEMES: Readonly<Record<string, readonly string[]>> = {
  href: ['http:', 'https:', 'mailto:', 'tel:'],
  src: ['http:', 'https:'],
};

/**
 * What in a piece of HTML could do harm, as a browser reads it: put into order by the parsing rules of the standard, and once more after it was
 * written down from there, for some texts turn bad only then. Empty is good.
 */
export function unsafeHtmlParts(html: string): string[] {
  const tree = parseFragment(html);
  return [
    ...tree.childNodes.flatMap(harmsOf),
    ...parseFragment(serialize(tree)).childNodes.flatMap(harmsOf),
  ];
}

function harmsOf(node: Node): string[] {
  if (node.nodeName === '#text') return [];
  if (!('tagName' in node)) return [node.nodeName];
  return [
    ...elementHarms(node),
    ...node.attrs.flatMap(({ name, value }) => attributeHarms(node, name, value)),
    ...node.childNodes.flatMap(harmsOf),
  ];
}

const elementHarms = ({ tagName, namespaceURI }: Element): string[] =>
  HARMLESS.has(tagName) && (namespaceURI as string) === HTML ? [] : [`<${tagName}>`];

function attributeHarms({ tagName, attrs }: Element, name: string, value: string): string[] {
  if (!ATTRIBUTES[tagName]?.includes(name)) return [`<${tagName} ${name}>`];
  if (
    name === 'target' &&
    !attrs.some((other) => other.name === 'rel' && other.value.split(' ').includes('noopener'))
  )
    return ['no noopener'];
  const schemes = SCHEMES[name];
  if (!schemes) return [];
  const url = URL.parse(value, 'https://desk.example/');
  return url && schemes.includes(url.protocol) ? [] : [`${name}=${value}`];
}
