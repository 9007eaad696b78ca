import { describe, expect, test } from '@jest/globals';
import { createSanitizer, createMarkdownRenderer } from './markup.ts';
import { unsafeHtmlParts } from '../testing/harm.ts';
import { XSS_PAYLOADS } from '../testing/payloads.ts';

const messages = createSanitizer({
  linkDefaults: { rel: 'noopener noreferrer nofollow', target: '_blank' },
});
const articles = createSanitizer({
  linkDefaults: { rel: 'noopener noreferrer' },
  linkAttributes: ['title'],
  images: true,
});
const all = Object.values(XSS_PAYLOADS).flat();

test('there are enough attempts, and no two are the same', () => {
  expect(all.length).toBeGreaterThanOrEqual(223);
  expect(new Set(all).size).toBe(all.length);
});

test('the judge finds what is harmful in HTML that nobody has cleaned', () => {
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
      'as Markdown in the middle of a text',
      (text: string) =>
        createMarkdownRenderer({ breaks: false }).render(`Hello\n\n* ${text} and more`),
    ],
  ])('do no harm %s, and cleaning again changes nothing', (__, write) => {
    for (const clean of [messages, articles])
      for (const payload of payloads) {
        const html = clean(write(payload));
        expect([payload, unsafeHtmlParts(html), clean(html) === html]).toEqual([payload, [], true]);
      }
  });
});
