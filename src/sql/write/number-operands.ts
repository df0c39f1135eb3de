import type { TableDef } from '../../catalog/table-def.ts';
import type { AttributeMap } from '../../dynamo/attribute-value.ts';
import type { UpdateAction, UpdateOperand } from '../../dynamo/write/item-write.ts';
import { findValue } from '../engine/fits.ts';
import { strayValueError } from '../exec/stray-value.ts';
import { toPlainJson } from '../types/plain-document.ts';
import { formatKey } from './item-key.ts';

/** Refuses a sum with a value that is not a number. DynamoDB's own error names neither the item nor the value. */
export function assertNumberOperands(action: UpdateAction, item: AttributeMap, table: TableDef): void {
  if (action.kind === 'set') checkOperand(action.to, item, table);
}

function checkOperand(operand: UpdateOperand, item: AttributeMap, table: TableDef): void {
  if (operand.kind !== 'plus' && operand.kind !== 'minus') return;
  for (const side of [operand.left, operand.right]) {
    checkOperand(side, item, table);
    if (side.kind !== 'path' && side.kind !== 'ifNotExists') continue;
    const value = findValue(item, side.path);
    if (value === undefined || 'N' in value) continue;
    throw strayValueError(
      { column: String(side.path.at(-1)), value: toPlainJson(value) },
      `${formatKey(item, table)} in "${table.name}"`,
    );
  }
}
