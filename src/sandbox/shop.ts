import type { AttributeMap } from '../dynamo/attribute-value.ts';
import type { DynamoClient } from '../dynamo/transport/client.ts';
import { toItem, money } from './attributes.ts';
import { seededRandom } from './random.ts';
import { COUNTRIES, PRODUCTS } from './vocabulary.ts';

/** A table of the sandbox and its items, which are the same in every run. */
export interface SandboxTable {
  readonly definition: Parameters<DynamoClient['createTable']>[0] & { readonly TableName: string };
  readonly itemCount: number;
  readonly items: () => Iterable<AttributeMap>;
}

const CUSTOMERS = 1000;
const ORDERS = 7000;
const SENSORS = 12;
const READINGS_PER_SENSOR = 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
const OPENING = Date.UTC(2026, 0, 2);

/** A tea shop: customers, their orders, and temperature readings from the warehouse. */
export const SHOP: readonly SandboxTable[] = [
  {
    definition: tableDefinition('customers', ['id']),
    itemCount: CUSTOMERS,
    items: customers,
  },
  {
    definition: {
      ...tableDefinition('orders', ['customer_id', 'order_id'], ['status']),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by_status',
          // Sorted by an attribute of the table's key, so that every order is in the index.
          KeySchema: keySchema(['status', 'order_id']),
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
    itemCount: ORDERS,
    items: orders,
  },
  {
    definition: tableDefinition('readings', ['sensor_id', 'taken_at']),
    itemCount: SENSORS * READINGS_PER_SENSOR,
    items: readings,
  },
];

function* customers(): Iterable<AttributeMap> {
  const random = seededRandom(11);
  for (let number = 1; number <= CUSTOMERS; number++) {
    const country = random.pick(COUNTRIES);
    const firstName = random.pick(country.firstNames);
    yield toItem({
      id: customerId(number),
      name:
        country.code === 'JP'
          ? `${random.pick(country.lastNames)} ${firstName}`
          : `${firstName} ${random.pick(country.lastNames)}`,
      country: country.code,
      address: { city: random.pick(country.cities), postcode: String(10000 + random.below(89999)) },
      joined: isoDate(OPENING - (1 + random.below(900)) * DAY_MS),
      credit: money(random.below(20000)),
      newsletter: random.chance(0.6),
      tier: random.chance(0.12) ? random.pick(['silver', 'gold']) : undefined,
      likes: random.chance(0.3)
        ? new Set([random.pick(['green', 'black']), random.pick(['sweet', 'smoky'])])
        : undefined,
      birthday: random.chance(0.1) ? null : undefined,
    });
  }
}

function* orders(): Iterable<AttributeMap> {
  const random = seededRandom(23);
  for (let number = 1; number <= ORDERS; number++) {
    const placed = OPENING + Math.floor((number / ORDERS) * 300 * DAY_MS) + random.below(HOUR_MS);
    const lines = Array.from({ length: 1 + random.below(4) }, () => ({
      product: random.pick(PRODUCTS),
      quantity: 1 + random.below(5),
    }));
    const cents = lines.reduce((sum, line) => sum + line.quantity * line.product.cents, 0);
    const status = pickStatus(random.below(100));
    // The smaller of two draws, so that some customers order more often than others.
    const customer = 1 + Math.min(random.below(CUSTOMERS), random.below(CUSTOMERS));
    yield toItem({
      customer_id: customerId(customer),
      order_id: `${isoDate(placed)}-${String(number).padStart(5, '0')}`,
      placed_at: new Date(placed).toISOString(),
      status,
      total: money(cents),
      lines: lines.map(({ product, quantity }) => ({
        sku: product.sku,
        name: product.name,
        quantity,
        price: money(product.cents),
      })),
      shipping: {
        carrier: random.pick(['Correio', 'DHL', 'Kuroneko']),
        cost: money(random.below(3) * 250),
        express: random.chance(0.2),
      },
      coupon: random.chance(0.08) ? random.pick(['SPRING', 'HELLO-5', 'FRIEND']) : undefined,
      return_reason: status === 'returned' ? random.pick(['broken', 'late', 'changed my mind']) : undefined,
    });
  }
}

function* readings(): Iterable<AttributeMap> {
  const random = seededRandom(37);
  for (let sensor = 1; sensor <= SENSORS; sensor++) {
    for (let hour = 0; hour < READINGS_PER_SENSOR; hour++) {
      const day = Math.sin(((hour % 24) / 24) * 2 * Math.PI - 2);
      const tenths = Math.round(160 + sensor * 3 + day * 45 + random.below(15));
      yield toItem({
        sensor_id: `s${String(sensor).padStart(2, '0')}`,
        taken_at: new Date(OPENING + hour * HOUR_MS).toISOString().replace('.000', ''),
        celsius: { decimal: (tenths / 10).toFixed(1) },
        humidity: 35 + random.below(30),
        battery: hour % 24 === 0 ? 100 - Math.floor(hour / 24) : undefined,
        fault: random.chance(0.002) ? 'sensor wet' : undefined,
      });
    }
  }
}

function pickStatus(percent: number): string {
  if (percent < 72) return 'delivered';
  if (percent < 86) return 'shipped';
  if (percent < 94) return 'paid';
  return percent < 98 ? 'returned' : 'cancelled';
}

function customerId(number: number): string {
  return `c${String(number).padStart(4, '0')}`;
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

type KeyNames = readonly [partition: string, sort?: string];

function keySchema([partition, sort]: KeyNames): { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[] {
  const range = sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' as const }];
  return [{ AttributeName: partition, KeyType: 'HASH' }, ...range];
}

function tableDefinition(
  name: string,
  key: KeyNames,
  indexed: readonly string[] = [],
): SandboxTable['definition'] {
  return {
    TableName: name,
    KeySchema: keySchema(key),
    AttributeDefinitions: [...key, ...indexed].flatMap((attribute) =>
      attribute === undefined ? [] : [{ AttributeName: attribute, AttributeType: 'S' as const }],
    ),
    BillingMode: 'PAY_PER_REQUEST',
  };
}
