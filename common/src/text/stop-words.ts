import { tokenize } from './tokenizer.ts';

/**
 * Words that do not describe the subject of a text, in English, Portuguese, Slovenian and Chinese.
 */
const STOP_WORDS = `
  a about after all also am an and any are as at be because been before but by can cannot can't could did do does doing don't for from get had
  has have he hello help her hi him his how i i'm if in into is it it's its just know let like me my need no not now of off on one or our out
  please regards she so some than thank thanks that the their them then there these they this to up us use using want was we were what
  when where which while who why will with won't would yes you your problem question issue dear team hey
  a o os as um uma uns umas de do da dos das em no na nos nas por pelo pela para com sem sobre que quem qual quais quando onde como porque
  e ou mas se nao sim ja mais menos muito muita meu minha meus minhas seu sua seus suas eu tu ele ela nos voce voces eles elas isto isso este
  esta esse essa ao aos foi ser estar estou sou tem tenho ter posso pode podem fazer faco quero gostaria ola bom dia boa tarde obrigado
  obrigada ajuda problema preciso favor ate depois ainda nem the
  in ali pa ker da ne ni se sem si je smo ste so bi bil bila bilo biti bom bo bodo na v iz od do za s z k h po pri pod nad med o ob brez kot
  ki kdo kaj kako kje kam kdaj zakaj kateri katera katero moj moja moje moji svoj vas vasa vase nas jaz ti on ona ono mi vi oni ga mu jo me
  te mene to ta tisti tega tem tudi ze se samo lahko moram mora imam ima nimam zelim hvala pozdravljeni pozdrav zivjo prosim tezava tezavo
  vprasanje pomoc zelo bolj ampak saj torej
  如何 怎麼 怎么 怎樣 怎样 什麼 什么 可以 請問 请问 為什 为什 無法 无法 問題 问题 謝謝 谢谢 你好 您好 因為 因为 但是 所以 如果 已經 已经 還是 还是 沒有
  没有 一個 一个 想要 需要 幫忙 帮忙 幫我 帮我 能否 是否 怎辦 怎办 哪裡 哪里 哪兒 哪儿 多少`;
const STOP_TOKENS = new Set(tokenize(STOP_WORDS));

/** Chinese particles and pronouns. A pair with one of them is not part of a word. */
const PARTICLE = /[的了嗎吗呢吧是我你您他她們们這这那麼么在和很就都也]/u;

export const isStopWord = (word: string): boolean => STOP_TOKENS.has(word) || PARTICLE.test(word);
