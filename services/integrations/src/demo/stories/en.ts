import type { Story } from '../story.ts';

export const english: Story[] = [
  {
    from: 'customer',
    by: 'EMAIL',
    department: 'delivery',
    subject: 'Parcel shown as delivered, but nothing is here',
    body: 'The tracking page says my lamp was handed over on Tuesday at 14:10. I was home all day and nobody rang. My neighbours have nothing either. The order is LH-20418.',
    tags: ['parcel', 'lost'],
    product: 'Reading lamp',
    priority: 'HIGH',
    turns: [
      {
        agent:
          'I am sorry, Emma. I have asked the carrier for the signature and the place of the drop-off; they answer within one working day.',
      },
      { note: 'Carrier reference 77-1204. Second lost parcel in that street this month.' },
      { customer: 'Thank you. It is a birthday present for Saturday, so I hope it turns up.' },
      {
        agent:
          'The driver left it at the parcel shop in Mill Lane. They keep it for you under your name until Friday evening.',
      },
      { customer: 'Got it, all fine. Thanks for being quick.' },
    ],
    status: 'SOLVED',
  },
  {
    from: 'customer',
    by: 'CHAT',
    department: 'products',
    subject: 'Kettle switches off before the water boils',
    body: 'My new kettle clicks off after a minute and the water is only warm. I have cleaned it with vinegar already, no change.',
    tags: ['kettle', 'broken', 'warranty'],
    product: 'Kettle 1.7 l',
    turns: [
      {
        agent:
          'That sounds like the thermostat. Does the lid close with a click, and does it also happen with the kettle half full?',
      },
      { customer: 'It clicks, yes. And it happens however full it is.' },
      {
        agent:
          'Then we replace it. A label for the way back is in your inbox; the new one leaves as soon as the parcel is scanned.',
      },
    ],
    status: 'PENDING',
    daysAgo: 4,
  },
  {
    from: 'george',
    by: 'EMAIL',
    department: 'accounts',
    subject: 'Invoice needs the school’s order number',
    body: 'Our bookkeeping can only pay invoice 2214 when it carries our order number RS-0098. Could you issue it again?',
    tags: ['invoice'],
    turns: [
      {
        agent:
          'Of course. The corrected invoice 2214-A with RS-0098 is attached to this message; the old one is cancelled.',
      },
      { customer: 'Perfect, it goes out with this week’s payments.' },
    ],
    status: 'CLOSED',
    daysAgo: 30,
  },
  {
    from: 'priya',
    by: 'CALL',
    department: 'returns',
    subject: 'Refund for two towels has not arrived',
    body: 'I sent two bath towels back eleven days ago, the tracking shows them in your warehouse, and there is no money yet. I paid by card.',
    tags: ['refund', 'towels'],
    turns: [
      { note: 'Warehouse booked the return under the wrong order. Corrected with Petra.' },
      {
        agent:
          'Your 38.00 are on their way back to your card; banks take two to five days to show it. I am sorry that you had to call.',
      },
    ],
    status: 'SOLVED',
  },
  {
    from: 'liam',
    by: 'WEB_FORM',
    department: 'returns',
    subject: 'Slippers too small, can I swap for 44?',
    body: 'I ordered the felt slippers in 43 and my heels hang out. Do you have 44 in grey? I have worn them for ten minutes on a carpet.',
    tags: ['size', 'exchange'],
    product: 'Felt slippers',
    turns: [
      {
        agent:
          'Ten minutes on a carpet are fine. 44 in grey is in stock and reserved for you. Please use the label that I sent you.',
      },
    ],
    status: 'PENDING',
  },
  {
    from: 'priya',
    by: 'PORTAL',
    department: 'accounts',
    subject: 'Cannot sign in since I changed my address',
    body: 'After I changed my mail address the shop does not let me in with the old or with the new one. Resetting the password says it sent something, but nothing comes.',
    tags: ['login'],
    turns: [
      { note: 'New address had a blank at the end, so the mails bounced.' },
      {
        agent:
          'A blank had crept in behind your new address. I took it out; please try once more, the reset works now.',
      },
      { customer: 'I am in. Thank you!' },
    ],
    status: 'SOLVED',
  },
  {
    from: 'liam',
    by: 'TWITTER',
    department: 'delivery',
    subject: 'Do you deliver to the Isle of Man?',
    body: 'Quick one: the checkout refuses my postcode IM4. Is that a mistake or don’t you ship here?',
    tags: ['shipping', 'question'],
    priority: 'LOW',
    status: 'NEW',
    daysAgo: 0.2,
  },
  {
    from: 'customer',
    by: 'EMAIL',
    department: 'products',
    subject: 'Which oil for the walnut chopping board?',
    body: 'The leaflet says to oil the board twice a year, but not with what. Is olive oil all right?',
    tags: ['care', 'question'],
    product: 'Walnut board',
    priority: 'LOW',
    turns: [
      {
        agent:
          'Please don’t use olive oil, it goes rancid. Linseed or walnut oil from the food shelf is right: a thin coat, one night, then wipe it dry.',
      },
    ],
    status: 'SOLVED',
  },
  {
    from: 'george',
    by: 'EMAIL',
    department: 'delivery',
    subject: 'Forty mugs: three boxes came, one is missing',
    body: 'We ordered forty mugs for the staff room. Three boxes of ten arrived this morning, the delivery note says four. Could you find out where the last one is?',
    tags: ['parcel', 'missing', 'business'],
    product: 'Stoneware mug',
    turns: [
      {
        agent:
          'The fourth box was held back at the depot with a torn corner. I have asked for a check of the mugs before it goes on.',
      },
      { note: 'Depot promises an answer by tomorrow noon. If broken: send ten new ones at once.' },
    ],
    status: 'OPEN',
    daysAgo: 3,
  },
  {
    from: 'priya',
    by: 'EMAIL',
    department: 'returns',
    subject: 'Glass jug arrived in pieces',
    body: 'I opened the box and heard it before I saw it. The jug is broken, the six glasses are whole. Photos attached. May I keep the glasses?',
    tags: ['broken', 'refund'],
    product: 'Glass jug',
    priority: 'HIGH',
    status: 'NEW',
    daysAgo: 1.3,
  },
  {
    from: 'liam',
    by: 'EMAIL',
    department: 'accounts',
    subject: 'Charged twice for order LH-20377',
    body: 'My bank shows two payments of 64.90 for the same order. Only one order is in my account. Please give one of them back.',
    tags: ['payment', 'refund'],
    priority: 'URGENT',
    turns: [
      {
        note: 'Payment provider shows one capture and one open reservation. Waiting for their confirmation.',
      },
    ],
    status: 'OPEN',
    daysAgo: 2,
  },
  {
    from: 'customer',
    by: 'PORTAL',
    department: 'delivery',
    subject: 'Please change the address of an order',
    body: 'I am moving on the first. Can order LH-20460 go to 8 Orchard Row in place of my old address?',
    tags: ['address'],
    status: 'NEW',
    daysAgo: 0.4,
  },
];
