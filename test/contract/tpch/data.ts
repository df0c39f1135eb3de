import type { AttributeMap } from '../../../src/dynamo/attribute-value.ts';
import { toItem, money } from '../../../src/sandbox/attributes.ts';
import { type Random, seededRandom } from '../../../src/sandbox/random.ts';
import type { TableSpec } from '../../support/test-database.ts';

const NATIONS = [
  'ALGERIA',
  'BRAZIL',
  'CANADA',
  'FRANCE',
  'GERMANY',
  'INDIA',
  'JAPAN',
  'KENYA',
  'CHINA',
  'ROMANIA',
] as const;
const REGION_OF = [0, 1, 1, 3, 3, 2, 2, 0, 2, 3] as const;
const REGIONS = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'] as const;
const SEGMENTS = ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'MACHINERY'] as const;
const PRIORITIES = ['1-URGENT', '2-HIGH', '3-MEDIUM', '5-LOW'] as const;
const TYPES = [
  'PROMO BURNISHED STEEL',
  'SMALL PLATED BRASS',
  'MEDIUM POLISHED STEEL',
  'LARGE ANODIZED BRASS',
  'PROMO PLATED TIN',
] as const;
const BRANDS = ['Brand#12', 'Brand#23', 'Brand#45'] as const;
const CONTAINERS = ['SM CASE', 'SM BOX', 'MED BAG', 'MED BOX', 'LG CASE', 'LG BOX'] as const;
const COLOURS = ['green', 'ivory', 'green tea', 'dark green', 'rose'] as const;
const MODES = ['AIR', 'REG AIR', 'MAIL', 'SHIP', 'RAIL'] as const;
const INSTRUCTIONS = ['DELIVER IN PERSON', 'COLLECT COD', 'NONE'] as const;
const COUNTRY_CODES = ['13', '31', '23', '10', '30', '18', '99'] as const;

const SUPPLIERS = 20;
const CUSTOMERS = 60;
const PARTS = 60;
const ORDERS = 200;
const DAY_MS = 86_400_000;

/** Creates the tables of TPC-H with a few hundred generated orders, the same in every run. */
export function createTpchTables(): readonly TableSpec[] {
  const random = seededRandom(22);
  const listSuppliers = (part: number): readonly number[] =>
    [0, 1, 2, 3].map((i) => (part + i * 5) % SUPPLIERS);
  const { orders, lineitems } = createOrders(random, listSuppliers);
  return [
    {
      name: 'region',
      key: ['r_regionkey:N'],
      items: REGIONS.map((r_name, r_regionkey) => toItem({ r_regionkey, r_name })),
    },
    {
      name: 'nation',
      key: ['n_nationkey:N'],
      items: NATIONS.map((n_name, n_nationkey) =>
        toItem({ n_nationkey, n_name, n_regionkey: REGION_OF[n_nationkey] ?? 0 }),
      ),
    },
    {
      name: 'supplier',
      key: ['s_suppkey:N'],
      items: repeat(SUPPLIERS, (s_suppkey) => ({
        s_suppkey,
        s_name: `Supplier#${String(s_suppkey).padStart(3, '0')}`,
        s_nationkey: random.below(NATIONS.length),
        s_acctbal: money(random.below(1_000_000) - 100_000),
        s_phone: createPhone(random),
        s_comment: random.chance(0.2) ? 'some Customer and his Complaints' : 'quiet',
      })),
    },
    {
      name: 'customer',
      key: ['c_custkey:N'],
      items: repeat(CUSTOMERS, (c_custkey) => ({
        c_custkey,
        c_name: `Customer#${c_custkey}`,
        c_nationkey: random.below(NATIONS.length),
        c_mktsegment: random.pick(SEGMENTS),
        c_acctbal: money(random.below(1_000_000) - 100_000),
        c_phone: createPhone(random),
      })),
    },
    {
      name: 'part',
      key: ['p_partkey:N'],
      items: repeat(PARTS, (p_partkey) => ({
        p_partkey,
        p_name: `${random.pick(COLOURS)} thing`,
        p_mfgr: `Manufacturer#${1 + random.below(5)}`,
        p_brand: random.pick(BRANDS),
        p_type: random.pick(TYPES),
        p_size: 1 + random.below(50),
        p_container: random.pick(CONTAINERS),
      })),
    },
    {
      name: 'partsupp',
      key: ['ps_partkey:N', 'ps_suppkey:N'],
      items: Array.from({ length: PARTS }, (_, ps_partkey) =>
        listSuppliers(ps_partkey).map((ps_suppkey) =>
          toItem({
            ps_partkey,
            ps_suppkey,
            ps_availqty: random.below(100),
            ps_supplycost: money(100 + random.below(100_000)),
          }),
        ),
      ).flat(),
    },
    {
      name: 'orders',
      key: ['o_orderkey:N'],
      indexes: [{ name: 'by_customer', key: ['o_custkey:N', 'o_orderdate:S'] }],
      items: orders,
    },
    { name: 'lineitem', key: ['l_orderkey:N', 'l_linenumber:N'], items: lineitems },
  ];
}

function createOrders(random: Random, suppliersOf: (part: number) => readonly number[]) {
  const orders: AttributeMap[] = [];
  const lineitems: AttributeMap[] = [];
  for (let o_orderkey = 0; o_orderkey < ORDERS; o_orderkey++) {
    const ordered = random.below(2400);
    orders.push(
      toItem({
        o_orderkey,
        // Every third customer has no orders.
        o_custkey: Math.floor(random.below(CUSTOMERS) / 3) * 3,
        o_orderstatus: random.pick(['F', 'O', 'P']),
        o_totalprice: money(10_000 + random.below(10_000_000)),
        o_orderdate: toDay(ordered),
        o_orderpriority: random.pick(PRIORITIES),
        o_shippriority: 0,
        o_comment: random.chance(0.2) ? 'a special lot of requests' : 'nothing',
      }),
    );
    const lines = 1 + random.below(7);
    for (let l_linenumber = 1; l_linenumber <= lines; l_linenumber++) {
      const l_partkey = random.below(PARTS);
      const shipped = ordered + 1 + random.below(120);
      lineitems.push(
        toItem({
          l_orderkey: o_orderkey,
          l_linenumber,
          l_partkey,
          l_suppkey: suppliersOf(l_partkey)[random.below(4)] ?? 0,
          l_quantity: 1 + random.below(50),
          l_extendedprice: money(10_000 + random.below(5_000_000)),
          l_discount: money(random.below(11)),
          l_tax: money(random.below(9)),
          l_returnflag: random.pick(['R', 'A', 'N']),
          l_linestatus: random.pick(['O', 'F']),
          l_shipdate: toDay(shipped),
          l_commitdate: toDay(ordered + 30 + random.below(60)),
          l_receiptdate: toDay(shipped + 1 + random.below(30)),
          l_shipinstruct: random.pick(INSTRUCTIONS),
          l_shipmode: random.pick(MODES),
        }),
      );
    }
  }
  return { orders, lineitems };
}

function repeat(count: number, row: (number: number) => Parameters<typeof toItem>[0]): AttributeMap[] {
  return Array.from({ length: count }, (_, number) => toItem(row(number)));
}

function createPhone(random: Random): string {
  return `${random.pick(COUNTRY_CODES)}-${100 + random.below(900)}-555`;
}

/** The date this number of days after 1992-01-01. */
function toDay(number: number): string {
  return new Date(Date.UTC(1992, 0, 1) + number * DAY_MS).toISOString().slice(0, 10);
}
