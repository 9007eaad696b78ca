/** The demo shop: household goods, sold online in five countries by a small team. */
export const shop = 'Lipa Home';
export const otherCompany = 'Brest Tools';

export interface Person {
  email: string;
  name: string;
}
export interface Colleague extends Person {
  role: 'LEAD' | 'AGENT' | 'LIGHT' | 'ANALYST';
  departments: string[];
}

export const shopDepartments: Record<string, string> = {
  delivery: 'Delivery',
  returns: 'Returns and refunds',
  products: 'Products and repairs',
  accounts: 'Accounts and invoices',
};

export const shopAdmin: Person = { email: 'nika@lipa.example', name: 'Nika Zupan' };
export const otherAdmin: Person = { email: 'olga@brest.example', name: 'Olga Brest' };

export const shopStaff: Record<string, Colleague> = {
  lead: {
    email: 'tomaz@lipa.example',
    name: 'Tomaž Kranjc',
    role: 'LEAD',
    departments: ['delivery', 'returns'],
  },
  agent: {
    email: 'ana@lipa.example',
    name: 'Ana Oliveira',
    role: 'AGENT',
    departments: ['returns', 'products'],
  },
  agent2: {
    email: 'yuqing@lipa.example',
    name: 'Lin Yuqing',
    role: 'AGENT',
    departments: ['delivery', 'accounts'],
  },
  agent3: {
    email: 'jure@lipa.example',
    name: 'Jure Kos',
    role: 'AGENT',
    departments: ['products', 'accounts'],
  },
  light: {
    email: 'petra@lipa.example',
    name: 'Petra Novak',
    role: 'LIGHT',
    departments: ['products'],
  },
  analyst: { email: 'sofia@lipa.example', name: 'Sofia Marques', role: 'ANALYST', departments: [] },
};

export const shopOrganizations: Record<string, { name: string; domain: string; tier?: string }> = {
  hotel: { name: 'Hotel Sonce', domain: 'hotel-sonce.example', tier: 'gold' },
  cafe: { name: 'Café do Rio', domain: 'cafe-do-rio.example' },
  school: { name: 'Riverside School', domain: 'riverside-school.example' },
};

export interface Buyer {
  name: string;
  email: string;
  locale: string;
  phone?: string;
  handle?: string;
}

/** Customers whose key starts with `customer` also get a token. */
export const shopCustomers: Record<string, Buyer> = {
  customer: {
    name: 'Emma Clarke',
    email: 'emma.clarke@post.example',
    locale: 'en',
    phone: '+442079460011',
    handle: 'twitter:@emmaclarke',
  },
  customer2: {
    name: 'Matej Hribar',
    email: 'matej.hribar@posta.example',
    locale: 'sl',
    phone: '+38640555012',
  },
  customer3: {
    name: 'Beatriz Ramos',
    email: 'beatriz.ramos@correio.example',
    locale: 'pt',
    handle: 'facebook:beatriz.ramos',
  },
  customer4: { name: '周晓文', email: 'zhou.xiaowen@youxiang.example', locale: 'zh-Hans' },
  customer5: { name: '許雅婷', email: 'hsu.yating@youxiang.example', locale: 'zh-Hant' },
  george: { name: 'George Adeyemi', email: 'george@riverside-school.example', locale: 'en' },
  priya: {
    name: 'Priya Nair',
    email: 'priya.nair@post.example',
    locale: 'en',
    phone: '+442079460027',
  },
  liam: { name: 'Liam Doyle', email: 'liam.doyle@post.example', locale: 'en' },
  vesna: { name: 'Vesna Kolar', email: 'vesna@hotel-sonce.example', locale: 'sl' },
  rok: { name: 'Rok Medved', email: 'rok.medved@posta.example', locale: 'sl' },
  barbara: { name: 'Barbara Turk', email: 'barbara.turk@posta.example', locale: 'sl' },
  duarte: { name: 'Duarte Pinto', email: 'duarte@cafe-do-rio.example', locale: 'pt' },
  ines: { name: 'Inês Carvalho', email: 'ines.carvalho@correio.example', locale: 'pt' },
  rui: {
    name: 'Rui Bastos',
    email: 'rui.bastos@correio.example',
    locale: 'pt',
    phone: '+351210555034',
  },
  gao: { name: '高明', email: 'gao.ming@youxiang.example', locale: 'zh-Hans' },
  sun: { name: '孙丽', email: 'sun.li@youxiang.example', locale: 'zh-Hans' },
  wu: { name: '吳志豪', email: 'wu.zhihao@youxiang.example', locale: 'zh-Hant' },
  lai: { name: '賴怡君', email: 'lai.yijun@youxiang.example', locale: 'zh-Hant' },
};
