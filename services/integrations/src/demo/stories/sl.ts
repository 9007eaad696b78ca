import type { Story } from '../story.ts';

export const slovenian: Story[] = [
  {
    from: 'customer2',
    by: 'EMAIL',
    department: 'products',
    subject: 'Grelnik vode pušča pri dnu',
    body: 'Pozdravljeni, grelnik, ki sem ga kupil pred dvema mesecema, po vsakem kuhanju pusti lužico na pultu. Pokrov je v redu, voda prihaja od spodaj.',
    tags: ['grelnik', 'okvara', 'garancija'],
    product: 'Kettle 1.7 l',
    turns: [
      {
        agent:
          'Pozdravljeni, Matej. To ni prav in je stvar garancije. Mi lahko pošljete fotografijo dna s serijsko številko?',
      },
      { customer: 'Seveda, slika je v prilogi.' },
      { note: 'Serija iz marca, pri njej smo imeli že tri take primere. Nabava je obveščena.' },
      {
        agent: 'Hvala. Nov grelnik je že na poti, starega prosim oddajte dostavljavcu ob prevzemu.',
      },
      { customer: 'Prispel je in ne pušča. Najlepša hvala!' },
    ],
    status: 'SOLVED',
  },
  {
    from: 'rok',
    by: 'CALL',
    department: 'delivery',
    subject: 'Paket že teden dni stoji v skladišču dostave',
    body: 'Sledenje paketa se od prejšnjega petka ni premaknilo, piše le »v obdelavi«. Naročilo LH-20391, stol za pisalno mizo.',
    tags: ['paket', 'zamuda'],
    product: 'Desk chair',
    turns: [
      {
        agent:
          'Dostavna služba je našla vaš paket brez nalepke. Jutri dopoldne ga pripeljejo k vam, šofer prej pokliče.',
      },
    ],
    status: 'PENDING',
    daysAgo: 2,
  },
  {
    from: 'vesna',
    by: 'EMAIL',
    department: 'accounts',
    subject: 'Račun na napačno podjetje',
    body: 'Račun 2231 se glasi na našo staro družbo. Prosim, izdajte ga na Hotel Sonce d. o. o., naslov ostane isti.',
    tags: ['račun', 'podjetje'],
    turns: [
      { agent: 'Urejeno: stari račun je storniran, novi ima številko 2231-A in je v prilogi.' },
      { customer: 'Prejeli smo ga, hvala.' },
    ],
    status: 'CLOSED',
    daysAgo: 30,
  },
  {
    from: 'barbara',
    by: 'WEB_FORM',
    department: 'returns',
    subject: 'Vračilo copatov, napačna številka',
    body: 'Copati številka 38 so mi preveliki, rada bi 37. Škatla je odprta, copati niso nošeni. Kako naj jih vrnem?',
    tags: ['vračilo', 'velikost'],
    product: 'Felt slippers',
    turns: [
      {
        agent:
          'Nalepko za vračilo ste dobili po e-pošti, paket oddate na katerikoli pošti. Številka 37 vas že čaka v našem skladišču.',
      },
    ],
    status: 'PENDING',
  },
  {
    from: 'customer2',
    by: 'PORTAL',
    department: 'accounts',
    subject: 'Ne morem se prijaviti, koda ne pride',
    body: 'Pri prijavi moram vpisati kodo iz SMS, a je ne dobim. Številka telefona je še vedno ista.',
    tags: ['prijava'],
    turns: [
      {
        agent:
          'Pri vašem operaterju so bila sporočila danes dopoldne zakasnjena. Prosim, poskusite še enkrat.',
      },
      { customer: 'Zdaj deluje, hvala.' },
    ],
    status: 'SOLVED',
  },
  {
    from: 'rok',
    by: 'EMAIL',
    department: 'returns',
    subject: 'Kdaj dobim kupnino nazaj?',
    body: 'Svetilko sem poslal nazaj pred dvema tednoma, sledenje kaže, da ste jo prevzeli. Denarja še nimam na računu.',
    tags: ['vračilo denarja'],
    product: 'Reading lamp',
    priority: 'HIGH',
    turns: [{ note: 'Vračilo je čakalo na potrditev stanja svetilke. Petra jo pogleda danes.' }],
    status: 'OPEN',
    daysAgo: 5,
  },
  {
    from: 'vesna',
    by: 'EMAIL',
    department: 'products',
    subject: 'Ponudba za osemdeset brisač',
    body: 'Za prenovljene sobe potrebujemo osemdeset belih brisač 70 × 140. Ali imate količinski popust in kdaj bi jih lahko dostavili?',
    tags: ['ponudba', 'podjetje'],
    product: 'Bath towel',
    turns: [
      { note: 'Popust 12 % od petdeset kosov, potrdil Tomaž.' },
      {
        agent:
          'Z veseljem. Pri osemdeset kosih je cena nižja za 12 %, dostava je mogoča v šestih delovnih dneh. Ponudba je v prilogi.',
      },
    ],
    status: 'PENDING',
    daysAgo: 6,
  },
  {
    from: 'barbara',
    by: 'FACEBOOK',
    department: 'delivery',
    subject: 'Ali dostavljate tudi ob sobotah?',
    body: 'Med tednom me ni doma. Je mogoče izbrati dostavo v soboto ali prevzem v paketomatu?',
    tags: ['dostava', 'vprašanje'],
    priority: 'LOW',
    status: 'NEW',
    daysAgo: 0.6,
  },
  {
    from: 'customer2',
    by: 'CHAT',
    department: 'products',
    subject: 'Kako nabrusiti kuhinjski nož?',
    body: 'Nož iz vašega kompleta ne reže več dobro. Ali je primeren kamen ali ga raje pošljem k vam?',
    tags: ['nega', 'vprašanje'],
    product: 'Knife set',
    turns: [
      {
        agent:
          'Kamen zrnatosti 1000 je pravi, nož držite pod kotom petnajst stopinj. Če želite, ga nabrusimo mi; prvič je brezplačno.',
      },
    ],
    status: 'SOLVED',
  },
  {
    from: 'rok',
    by: 'EMAIL',
    department: 'products',
    subject: 'Stol škripa in se ne dvigne več',
    body: 'Stol se po pol leta ne dvigne več, ob vsakem premiku škripa. Tehtam manj, kot je dovoljeno. Kaj lahko naredimo?',
    tags: ['okvara', 'garancija'],
    product: 'Desk chair',
    turns: [
      {
        agent:
          'Naročili smo nov dvižni valj pri izdelovalcu. Ko prispe, vam ga pošljemo z navodili; zamenjava traja pet minut.',
      },
    ],
    status: 'OPEN',
    daysAgo: 9,
  },
  {
    from: 'barbara',
    by: 'EMAIL',
    department: 'returns',
    subject: 'Dobila sem tuj paket',
    body: 'V paketu je odeja, ki je nisem naročila, na dobavnici pa je ime druge stranke. Moje posodice ni.',
    tags: ['napačen paket'],
    priority: 'HIGH',
    status: 'NEW',
    daysAgo: 2.2,
  },
  {
    from: 'vesna',
    by: 'CALL',
    department: 'accounts',
    subject: 'Opomin za že plačan račun',
    body: 'Dobili smo opomin za račun 2207, plačali pa smo ga devetega v mesecu. Prosim za pisno potrditev.',
    tags: ['račun', 'opomin'],
    turns: [
      {
        agent:
          'Plačilo smo našli, bilo je knjiženo brez sklica. Opomin je razveljavljen, potrdilo je v prilogi. Oprostite za nevšečnost.',
      },
    ],
    status: 'SOLVED',
  },
];
