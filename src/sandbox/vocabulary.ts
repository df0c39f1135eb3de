/** People's names, by the country they live in. */
export const COUNTRIES = [
  {
    code: 'PT',
    cities: ['Lisboa', 'Porto', 'Évora'],
    given: ['Inês', 'João', 'Beatriz', 'Tomé'],
    family: ['Conceição', 'Simões', 'Araújo'],
  },
  {
    code: 'DE',
    cities: ['Köln', 'Lübeck', 'Jena'],
    given: ['Jörg', 'Anke', 'Käthe', 'Matthias'],
    family: ['Groß', 'Müller', 'Schröder'],
  },
  {
    code: 'PL',
    cities: ['Łódź', 'Kraków', 'Gdańsk'],
    given: ['Zofia', 'Paweł', 'Małgorzata', 'Jan'],
    family: ['Wójcik', 'Zieliński', 'Dąbek'],
  },
  {
    code: 'GR',
    cities: ['Αθήνα', 'Πάτρα', 'Χανιά'],
    given: ['Ελένη', 'Νίκος', 'Σοφία', 'Γιώργος'],
    family: ['Παππά', 'Ράλλης', 'Μάνου'],
  },
  {
    code: 'JP',
    cities: ['京都', '札幌', '長崎'],
    given: ['美咲', '健太', '由紀', '翔'],
    family: ['佐藤', '高橋', '渡辺'],
  },
  {
    code: 'IE',
    cities: ['Cork', 'Galway', 'Sligo'],
    given: ['Aoife', 'Seán', 'Niamh', 'Oisín'],
    family: ["O'Dowd", 'Ní Bhriain', 'Keane'],
  },
  {
    code: 'BR',
    cities: ['Belém', 'Goiânia', 'São Luís'],
    given: ['Thaís', 'Caio', 'Antônia', 'Davi'],
    family: ['Falcão', 'Guimarães', 'Leão'],
  },
] as const;

/** What the shop sells; prices in cents. */
export const PRODUCTS = [
  { sku: 'TEA-01', name: 'Gorreana green tea', cents: 640 },
  { sku: 'TEA-02', name: 'Smoked black tea', cents: 890 },
  { sku: 'CUP-01', name: 'Stoneware cup', cents: 1450 },
  { sku: 'CUP-02', name: 'Enamel mug', cents: 1190 },
  { sku: 'POT-01', name: 'Cast-iron teapot', cents: 7900 },
  { sku: 'POT-02', name: 'Glass teapot', cents: 3450 },
  { sku: 'KET-01', name: 'Gooseneck kettle', cents: 6495 },
  { sku: 'HON-01', name: 'Heather honey', cents: 1225 },
  { sku: 'BIS-01', name: 'Almond biscuits', cents: 575 },
  { sku: 'BIS-02', name: 'Ginger crème biscuits', cents: 615 },
  { sku: 'TRY-01', name: 'Ash-wood tray', cents: 4280 },
  { sku: 'SPN-01', name: 'Brass tea spoon', cents: 999 },
] as const;
