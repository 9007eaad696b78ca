import type { Story } from '../story.ts';

export const portuguese: Story[] = [
  {
    from: 'customer3',
    by: 'EMAIL',
    department: 'delivery',
    subject: 'A encomenda foi devolvida sem ninguém tocar à porta',
    body: 'O site da transportadora diz que eu não estava em casa, mas estive o dia todo à espera. A encomenda LH-20402 vai agora voltar para o vosso armazém. Como a recebo?',
    tags: ['encomenda', 'transportadora'],
    priority: 'HIGH',
    turns: [
      {
        agent:
          'Peço desculpa, Beatriz. Pedi que a encomenda fique no ponto de recolha da sua rua. Consegue lá ir até sexta-feira?',
      },
      { customer: 'Consigo amanhã depois do trabalho.' },
      { note: 'Confirmado com a transportadora, referência 55-8831.' },
      { agent: 'Está combinado. Leve só um documento; já não há nada a pagar.' },
      { customer: 'Já a tenho comigo. Obrigada!' },
    ],
    status: 'SOLVED',
  },
  {
    from: 'customer3',
    by: 'FACEBOOK',
    department: 'returns',
    subject: 'Quero trocar a gabardina por um tamanho acima',
    body: 'A gabardina M fica-me apertada nos ombros. Têm a verde em L? Ainda tem a etiqueta.',
    tags: ['troca', 'tamanho'],
    product: 'Raincoat',
    turns: [
      {
        agent:
          'Temos a verde em L e já está reservada. Enviei-lhe a etiqueta de devolução; a nova segue assim que a primeira der entrada.',
      },
    ],
    status: 'PENDING',
    daysAgo: 3,
  },
  {
    from: 'duarte',
    by: 'EMAIL',
    department: 'accounts',
    subject: 'Fatura sem número de contribuinte',
    body: 'A fatura 2219 veio sem o NIF do café e a contabilidade não a aceita. Podem corrigir?',
    tags: ['fatura', 'empresa'],
    turns: [
      { agent: 'Segue em anexo a fatura 2219-A com o vosso NIF. A anterior foi anulada.' },
      { customer: 'Tudo certo, obrigado.' },
    ],
    status: 'CLOSED',
    daysAgo: 30,
  },
  {
    from: 'ines',
    by: 'CHAT',
    department: 'products',
    subject: 'A chaleira faz disparar o quadro elétrico',
    body: 'Sempre que ligo a chaleira nova, a luz da cozinha vai abaixo. Com a antiga nunca aconteceu. É perigoso?',
    tags: ['chaleira', 'avaria', 'garantia'],
    product: 'Kettle 1.7 l',
    priority: 'URGENT',
    turns: [
      {
        agent:
          'Por favor, não a volte a ligar. Vamos recolhê-la amanhã em sua casa e enviamos já outra.',
      },
      { note: 'Pedir ao armazém que separe a chaleira devolvida para o fabricante a examinar.' },
      { customer: 'Já levaram a avariada. Fico à espera da nova.' },
    ],
    status: 'OPEN',
    daysAgo: 1.5,
  },
  {
    from: 'rui',
    by: 'CALL',
    department: 'returns',
    subject: 'Reembolso feito para um cartão que já não existe',
    body: 'Devolvi um candeeiro e o dinheiro foi para um cartão que já cancelei. Podem enviá-lo por transferência?',
    tags: ['reembolso'],
    turns: [{ note: 'O banco ainda não devolveu o valor. Voltar a ver na quinta-feira.' }],
    status: 'OPEN',
    daysAgo: 8,
  },
  {
    from: 'ines',
    by: 'PORTAL',
    department: 'accounts',
    subject: 'Não consigo entrar na minha conta',
    body: 'Diz que a palavra-passe está errada, mas acabei de a mudar. Já tentei em dois navegadores.',
    tags: ['conta', 'login'],
    turns: [
      {
        agent:
          'A conta ficou bloqueada por dez minutos depois de várias tentativas. Já a desbloqueei; pode entrar com a palavra-passe nova.',
      },
      { customer: 'Já entrei, obrigada.' },
    ],
    status: 'SOLVED',
  },
  {
    from: 'rui',
    by: 'EMAIL',
    department: 'products',
    subject: 'O conjunto de facas pode ir à máquina?',
    body: 'A caixa não diz nada sobre a máquina de lavar loiça. Podem ir, ou estragam-se os cabos de madeira?',
    tags: ['cuidados', 'pergunta'],
    product: 'Knife set',
    priority: 'LOW',
    turns: [
      {
        agent:
          'É melhor lavá-las à mão: a máquina seca a madeira e tira o fio à lâmina. Uma gota de óleo de linhaça por ano chega para os cabos.',
      },
    ],
    status: 'SOLVED',
  },
  {
    from: 'duarte',
    by: 'EMAIL',
    department: 'delivery',
    subject: 'Entrega antes das nove, por favor',
    body: 'O café abre às nove e depois não temos onde receber caixas. As sessenta chávenas podem chegar entre as sete e as nove?',
    tags: ['entrega', 'empresa'],
    product: 'Stoneware mug',
    turns: [
      { agent: 'Falei com a transportadora: quarta-feira entre as 7h30 e as 8h30. Serve-vos?' },
    ],
    status: 'PENDING',
    daysAgo: 1,
  },
  {
    from: 'customer3',
    by: 'EMAIL',
    department: 'returns',
    subject: 'O código de desconto não foi aplicado',
    body: 'Usei o código OUTONO10 na encomenda LH-20433 e paguei o preço inteiro. Podem devolver a diferença?',
    tags: ['desconto', 'pagamento'],
    turns: [{ agent: 'Tem razão, o código estava certo. Devolvemos hoje 7,20 para o seu cartão.' }],
    status: 'SOLVED',
  },
  {
    from: 'ines',
    by: 'WEB_FORM',
    department: 'delivery',
    subject: 'Quanto tempo demora o envio para os Açores?',
    body: 'Gostava de enviar uma manta à minha avó em Ponta Delgada antes do Natal. Ainda vou a tempo?',
    tags: ['envio', 'pergunta'],
    status: 'NEW',
    daysAgo: 0.3,
  },
  {
    from: 'rui',
    by: 'EMAIL',
    department: 'products',
    subject: 'O candeeiro pisca depois de meia hora',
    body: 'O candeeiro de leitura trabalha bem ao princípio e depois começa a piscar. Já troquei a lâmpada.',
    tags: ['avaria', 'garantia'],
    product: 'Reading lamp',
    status: 'NEW',
    daysAgo: 3.1,
  },
  {
    from: 'duarte',
    by: 'CALL',
    department: 'returns',
    subject: 'Doze chávenas lascadas na última caixa',
    body: 'Recebemos as sessenta chávenas, mas doze têm lascas na borda; tenho fotografias. Queremos chávenas novas, não o dinheiro.',
    tags: ['partido', 'empresa'],
    product: 'Stoneware mug',
    turns: [
      {
        agent:
          'Seguem doze chávenas novas ainda hoje, sem custos. As lascadas pode ficar com elas ou deitá-las fora.',
      },
    ],
    status: 'SOLVED',
  },
];
