import { describe, expect, test } from '@jest/globals';
import { cleaner, markdown } from './markup.ts';
import { harmsIn } from '../testing/harm.ts';
import { PAYLOADS } from '../testing/payloads.ts';

const messages = cleaner({ link: { rel: 'noopener noreferrer nofollow', target: '_blank' } });
const articles = cleaner({
  link: { rel: 'noopener noreferrer' },
  linkAttributes: ['title'],
  pictures: true,
});
const all = Object.values(PAYLOADS).flat();

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
    expect([html, harmsIn(html)]).toEqual([html, expect.arrayContaining([expect.any(String)])]);
  expect(
    harmsIn(
      '<p>Hello <a href="https://a.example" rel="noopener" target="_blank">you</a> <img src="https://a.example/b.png" alt="x"></p>',
    ),
  ).toEqual([]);
});

describe.each(Object.entries(PAYLOADS))('%s', (_, payloads) => {
  test.each([
    ['as HTML', (text: string) => text],
    ['as Markdown', (text: string) => markdown({ breaks: true }).render(text)],
    [
      'as Markdown in the middle of a text',
      (text: string) => markdown({ breaks: false }).render(`Hello\n\n* ${text} and more`),
    ],
  ])('do no harm %s, and cleaning again changes nothing', (__, write) => {
    for (const clean of [messages, articles])
      for (const payload of payloads) {
        const html = clean(write(payload));
        expect([payload, harmsIn(html), clean(html) === html]).toEqual([payload, [], true]);
      }
  });
});
