export interface Text {
  slug: string;
  title: string;
  body: string;
  kind: 'FAQ' | 'HOW_TO' | 'REFERENCE';
  keywords?: string[];
}

export interface Base {
  slug: string;
  name: string;
  audience: 'EXTERNAL' | 'INTERNAL';
  locale: string;
  sections: { title: string; articles: Text[] }[];
}

/** One knowledge base per language for customers, and the handbook of the staff. */
export const demoKnowledgeBases: Base[] = [
  {
    slug: 'help',
    name: 'Help',
    audience: 'EXTERNAL',
    locale: 'en',
    sections: [
      {
        title: 'Delivery',
        articles: [
          {
            slug: 'parcel-not-here',
            title: 'My parcel is not here',
            kind: 'FAQ',
            keywords: ['tracking', 'lost parcel', 'carrier'],
            body: 'Most parcels arrive within **three working days**.\n\n1. Look at the tracking page; its address is in the mail that we sent when the parcel left.\n2. Does it say *delivered*? Ask your neighbours, and look for a card of the carrier.\n3. Nothing there? Write to us with the order number. We ask the carrier, and send the goods again when they are lost.',
          },
          {
            slug: 'change-the-address',
            title: 'Change the address of an order',
            kind: 'HOW_TO',
            body: 'As long as the order has not left our warehouse you can change its address yourself: *My orders → Change address*. After that please write to us; some carriers let us redirect a parcel on its way.',
          },
        ],
      },
      {
        title: 'Returns and refunds',
        articles: [
          {
            slug: 'send-something-back',
            title: 'Send something back',
            kind: 'HOW_TO',
            keywords: ['return', 'label', 'exchange', 'size'],
            body: 'You have **30 days** to send goods back, also only to swap the size.\n\n1. Open *My orders* and choose *Return*.\n2. Print the label and stick it over the old one.\n3. Hand the parcel in anywhere the carrier takes parcels.\n\nWorn slippers and used knives can only come back when they are faulty.',
          },
          {
            slug: 'when-is-the-refund-there',
            title: 'When is my refund there?',
            kind: 'FAQ',
            keywords: ['refund', 'money back', 'card'],
            body: 'We pay back on the day on which your return is checked, by the way you paid. Cards show it after **two to five days**, transfers after one. When everything of an order comes back, we refund the shipping too.',
          },
        ],
      },
      {
        title: 'Our things',
        articles: [
          {
            slug: 'kettle-switches-off',
            title: 'The kettle switches off too early, leaks or smells',
            kind: 'HOW_TO',
            keywords: ['kettle', 'thermostat', 'descale', 'warranty'],
            body: 'Unplug it first when it **leaks, smells or trips the fuse**, don’t use it any more, and write to us: that is a case for the warranty.\n\nDoes it only switch off early? Lime on the bottom makes it too hot:\n\n1. Fill it with water and two spoons of citric acid.\n2. Warm it, wait half an hour, rinse it twice.\n\nStill the same? We replace it within two years.',
          },
          {
            slug: 'wood-and-blades',
            title: 'Care for wood and blades',
            kind: 'REFERENCE',
            keywords: ['oil', 'chopping board', 'knife', 'dishwasher'],
            body: '| thing | wash | oil |\n|---|---|---|\n| walnut board | by hand | linseed or walnut oil, twice a year |\n| knives | by hand, dry at once | handles once a year |\n\nOlive oil goes rancid. Sharpen knives on a stone of grit 1000 at 15 degrees.',
          },
        ],
      },
    ],
  },
  {
    slug: 'pomoc',
    name: 'Pomoč',
    audience: 'EXTERNAL',
    locale: 'sl',
    sections: [
      {
        title: 'Dostava in vračila',
        articles: [
          {
            slug: 'kje-je-moj-paket',
            title: 'Kje je moj paket?',
            kind: 'FAQ',
            keywords: ['sledenje', 'dostava', 'zamuda'],
            body: 'Paket praviloma prispe v **treh delovnih dneh**. Povezava za sledenje je v sporočilu o odpremi. Če se stanje tri dni ne premakne, nam pišite s številko naročila; poizvedbo opravimo mi.',
          },
          {
            slug: 'vracilo-in-zamenjava',
            title: 'Vračilo in zamenjava velikosti',
            kind: 'HOW_TO',
            keywords: ['vračilo', 'zamenjava', 'nalepka', 'kupnina'],
            body: 'Za vračilo imate **30 dni**.\n\n1. V *Mojih naročilih* izberite *Vrni*.\n2. Natisnite nalepko in paket oddajte na pošti.\n3. Kupnino vrnemo na dan, ko blago pregledamo.',
          },
        ],
      },
    ],
  },
  {
    slug: 'ajuda',
    name: 'Ajuda',
    audience: 'EXTERNAL',
    locale: 'pt',
    sections: [
      {
        title: 'Encomendas e devoluções',
        articles: [
          {
            slug: 'onde-esta-a-encomenda',
            title: 'Onde está a minha encomenda?',
            kind: 'FAQ',
            keywords: ['transportadora', 'entrega', 'ponto de recolha'],
            body: 'As encomendas chegam em **três dias úteis**; para os Açores e a Madeira conte com oito. Se a transportadora não o encontrou em casa, a encomenda fica cinco dias no ponto de recolha mais próximo.',
          },
          {
            slug: 'trocas-e-reembolsos',
            title: 'Trocas e reembolsos',
            kind: 'HOW_TO',
            keywords: ['troca', 'tamanho', 'reembolso', 'devolução'],
            body: 'Tem **30 dias** para devolver ou trocar.\n\n1. Em *As minhas encomendas* escolha *Devolver*.\n2. Imprima a etiqueta e entregue a caixa num ponto de recolha.\n3. O reembolso sai no dia em que verificamos o artigo e aparece no cartão em dois a cinco dias.',
          },
        ],
      },
    ],
  },
  {
    slug: 'bangzhu',
    name: '帮助中心',
    audience: 'EXTERNAL',
    locale: 'zh-Hans',
    sections: [
      {
        title: '送货与退货',
        articles: [
          {
            slug: 'baoguo-zai-nali',
            title: '我的包裹在哪里？',
            kind: 'FAQ',
            keywords: ['物流', '签收', '快递柜'],
            body: '包裹一般在**三个工作日**内送到。如果显示已签收但您没有收到，请先看看小区的快递柜和门卫，再带上订单号联系我们，我们会向快递公司查询。',
          },
          {
            slug: 'tuihuo-yu-tuikuan',
            title: '退货、换码与退款',
            kind: 'HOW_TO',
            keywords: ['退款', '换货', '尺码'],
            body: '收到后 **30 天**内可以退换。\n\n1. 在“我的订单”里选择“退货”。\n2. 打印标签，贴在箱子上寄回。\n3. 我们验货当天退款，银行卡两到五天到账。',
          },
        ],
      },
    ],
  },
  {
    slug: 'bangzhu-tw',
    name: '幫助中心',
    audience: 'EXTERNAL',
    locale: 'zh-Hant',
    sections: [
      {
        title: '保固與退貨',
        articles: [
          {
            slug: 'kuaizhuhu-baogu',
            title: '快煮壺故障與保固',
            kind: 'HOW_TO',
            keywords: ['快煮壺', '保固', '蓋子'],
            body: '快煮壺有**兩年保固**。如果漏水、有焦味或跳電，請立刻拔下插頭，不要再使用，並把底部序號的照片寄給我們。',
          },
          {
            slug: 'tuihuo-tuikuan',
            title: '退貨與退款要多久？',
            kind: 'FAQ',
            keywords: ['退貨', '退款', '運費'],
            body: '收到商品後 **30 天**內可以退貨。我們驗收當天退款，信用卡三到五天入帳；整筆訂單退貨時，運費也一併退還。',
          },
        ],
      },
    ],
  },
  {
    slug: 'handbook',
    name: 'Handbook',
    audience: 'INTERNAL',
    locale: 'en',
    sections: [
      {
        title: 'How we work',
        articles: [
          {
            slug: 'lost-parcels',
            title: 'Lost parcels: what we promise and what we ask',
            kind: 'REFERENCE',
            keywords: ['carrier', 'claim'],
            body: 'Ask the carrier first, with a reference in a private note. No answer after **one working day**: send the goods again, up to 150.00 without asking Tomaž. Claims to the carrier are due within 14 days.',
          },
          {
            slug: 'kettles-of-march',
            title: 'Kettles of the March series',
            kind: 'REFERENCE',
            keywords: ['kettle', 'serial number', 'leak', 'recall'],
            body: 'Serial numbers beginning with **M3** leak at the bottom or smell. Don’t ask for proof: replace the kettle, have the old one collected, and set it aside for the maker. Never tell a customer to try again.',
          },
          {
            slug: 'discounts-for-companies',
            title: 'Discounts for companies',
            kind: 'REFERENCE',
            body: 'From 50 pieces 12 %, from 200 pieces 18 %. Hotels and schools may pay within 30 days; everybody else pays in advance.',
          },
        ],
      },
    ],
  },
];
