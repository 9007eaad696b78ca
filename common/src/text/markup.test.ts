import { describe, expect, test } from '@jest/globals';
import { createSanitizer, createMarkdownRenderer } from './markup.ts';
import { unsafeHtmlParts } from '../testing/unsafe-html.ts';
import { XSS_PAYLOADS } from '../testing/xss-payloads.ts';

const sanitizeMessage = createSanitizer({
  linkDefaults: { rel: 'noopener noreferrer nofollow', target: '_blank' },
});
const sanitizeArticle = createSanitizer({
  linkDefaults: { rel: 'noopener noreferrer' },
  linkAttributes: ['title'],
  images: true,
});
const payloadList = Object.values(XSS_PAYLOADS).flat();

test('has at least 223 different payloads', () => {
  expect(payloadList.length).toBeGreaterThanOrEqual(223);
  expect(new Set(payloadList).size).toBe(payloadList.length);
});

test('detects unsafe parts of HTML that was not sanitized', () => {
  for (const html of [
    '<script>1</script>',
    '<p onclick=1>',
    '<a href=javascript:1>',
    '<a href="java\tscript:1">',
    '<img src=data:,x>',
    '<p style="position:fixed">',
    '<svg><p>',
    '<!-- -->',
    '<a href=https://a.example target=_blank>',
  ])
    expect([html, unsafeHtmlParts(html)]).toEqual([
      html,
      expect.arrayContaining([expect.any(String)]),
    ]);
  expect(
    unsafeHtmlParts(
      '<p>Hello <a href="https://a.example" rel="noopener" target="_blank">you</a> <img src="https://a.example/b.png" alt="x"></p>',
    ),
  ).toEqual([]);
});

describe.each(Object.entries(XSS_PAYLOADS))('%s', (_, payloads) => {
  test.each([
    ['as HTML', (text: string) => text],
    ['as Markdown', (text: string) => createMarkdownRenderer({ breaks: true }).render(text)],
    [
      'as Markdown inside a text',
      (text: string) =>
        createMarkdownRenderer({ breaks: false }).render(`Hello\n\n* ${text} and more`),
    ],
  ])('are safe when sanitized %s, and sanitizing again changes nothing', (__, render) => {
    for (const sanitize of [sanitizeMessage, sanitizeArticle])
      for (const payload of payloads) {
        const html = sanitize(render(payload));
        expect([payload, unsafeHtmlParts(html), sanitize(html) === html]).toEqual([
          payload,
          [],
          true,
        ]);
      }
  });
});
