/** Names and cities by country. */
export const COUNTRIES = [
  {
    code: 'PT',
    cities: ['Lisboa', 'Porto', 'Évora'],
    firstNames: ['Inês', 'João', 'Beatriz', 'Tomé'],
    lastNames: ['Conceição', 'Simões', 'Araújo'],
  },
  {
    code: 'DE',
    cities: ['Köln', 'Lübeck', 'Jena'],
    firstNames: ['Jörg', 'Anke', 'Käthe', 'Matthias'],
    lastNames: ['Groß', 'Müller', 'Schröder'],
  },
  {
    code: 'PL',
    cities: ['Łódź', 'Kraków', 'Gdańsk'],
    firstNames: ['Zofia', 'Paweł', 'Małgorzata', 'Jan'],
    lastNames: ['Wójcik', 'Zieliński', 'Dąbek'],
  },
  {
    code: 'GR',
    cities: ['Αθήνα', 'Πάτρα', 'Χανιά'],
    firstNames: ['Ελένη', 'Νίκος', 'Σοφία', 'Γιώργος'],
    lastNames: ['Παππά', 'Ράλλης', 'Μάνου'],
  },
  {
    code: 'JP',
    cities: ['京都', '札幌', '長崎'],
    firstNames: ['美咲', '健太', '由紀', '翔'],
    lastNames: ['佐藤', '高橋', '渡辺'],
  },
  {
    code: 'IE',
    cities: ['Cork', 'Galway', 'Sligo'],
    firstNames: ['Aoife', 'Seán', 'Niamh', 'Oisín'],
    lastNames: ["O'Dowd", 'Ní Bhriain', 'Keane'],
  },
  {
    code: 'BR',
    cities: ['Belém', 'Goiânia', 'São Luís'],
    firstNames: ['Thaís', 'Caio', 'Antônia', 'Davi'],
    lastNames: ['Falcão', 'Guimarães', 'Leão'],
  },
] as const;

/** The shop's products; prices in cents. */
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
