import { cleaner, markdown, wordsOf } from '@deskgraph/common/text/markup';

const reader = markdown({ breaks: true });
/** No pictures in messages: they would tell who read them. */
const clean = cleaner({ link: { rel: 'noopener noreferrer nofollow', target: '_blank' } });

const PLAIN = /^[^<>&*_`#[\]\\|~!:/@-]*$/;

/** Markdown as safe HTML and as plain text. */
export function renderMessage(body: string): { html: string; text: string } {
  if (PLAIN.test(body) && !body.includes('\n') && !/^\s*\d/.test(body) && !body.includes('www.'))
    return { html: `<p>${body.replaceAll('"', '&quot;')}</p>\n`, text: body };
  const html = clean(reader.render(body));
  const text = wordsOf(html.replaceAll(/<\/(p|li|h\d|tr|pre|blockquote)>|<br \/>/g, '\n$&'))
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return { html, text };
}
