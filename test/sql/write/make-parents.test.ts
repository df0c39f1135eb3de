import { describe, expect, it } from '@jest/globals';
import type { AttributeMap, AttributeValue } from '../../../src/dynamo/attribute-value.ts';
import type { UpdateAction } from '../../../src/dynamo/write/item-write.ts';
import type { DocumentPath } from '../../../src/dynamo/expression/predicate.ts';
import { makeParents } from '../../../src/sql/write/make-parents.ts';

const set = (path: DocumentPath, value: AttributeValue): UpdateAction => ({
  kind: 'set',
  path,
  to: { kind: 'value', value },
});
const one: AttributeValue = { N: '1' };
const item: AttributeMap = {
  id: { S: 'a' },
  doc: { M: { x: one } },
  list: { L: [one] },
  none: { NULL: true },
};

describe('paths in documents', () => {
  it('are left as they are if their parents exist', () => {
    const actions = [set(['doc', 'y'], one), set(['list', 4], one), set(['new'], one)];
    expect(makeParents(actions, item)).toEqual({
      actions,
      conditions: [
        { kind: 'hasType', path: ['doc'], type: 'M' },
        { kind: 'hasType', path: ['list'], type: 'L' },
      ],
    });
  });

  it('are created together with a missing parent', () => {
    const { actions, conditions } = makeParents(
      [
        set(['geo', 'lat'], one),
        set(['geo', 'at', 'city'], { S: 'Rome' }),
        set(['geo', 'lines', 1], { S: 'second' }),
        set(['geo', 'lines', 0], { S: 'first' }),
        { kind: 'remove', path: ['geo', 'old'] },
      ],
      item,
    );
    expect(actions).toEqual([
      set(['geo'], {
        M: { lat: one, at: { M: { city: { S: 'Rome' } } }, lines: { L: [{ S: 'first' }, { S: 'second' }] } },
      }),
    ]);
    expect(conditions).toEqual([{ kind: 'unchanged', path: ['geo'], value: undefined }]);
  });

  it('replace a parent that is NULL', () => {
    expect(makeParents([set(['none', 'x'], one)], item)).toEqual({
      actions: [set(['none'], { M: { x: one } })],
      conditions: [{ kind: 'unchanged', path: ['none'], value: { NULL: true } }],
    });
  });

  it('need no action if only missing paths are removed', () => {
    expect(makeParents([{ kind: 'remove', path: ['geo', 'lat'] }], item).actions).toEqual([]);
  });

  it('evaluate if_not_exists and list_append in a missing parent', () => {
    const actions: UpdateAction[] = [
      {
        kind: 'set',
        path: ['geo', 'n'],
        to: { kind: 'ifNotExists', path: ['geo', 'n'], otherwise: { kind: 'value', value: one } },
      },
      {
        kind: 'set',
        path: ['geo', 'l'],
        to: {
          kind: 'listAppend',
          left: { kind: 'path', path: ['list'] },
          right: { kind: 'value', value: { L: [one] } },
        },
      },
      { kind: 'add', path: ['geo', 's'], value: { SS: ['a'] } },
      { kind: 'delete', path: ['geo', 't'], value: { SS: ['a'] } },
    ];
    expect(makeParents(actions, item).actions).toEqual([
      set(['geo'], { M: { n: one, l: { L: [one, one] }, s: { SS: ['a'] } } }),
    ]);
  });

  it('cannot be set in a value that is not a document', () => {
    expect(() => makeParents([set(['id', 'x'], one)], item)).toThrow(
      'cannot set "id.x": "id" is of type S in an item, not M',
    );
    expect(() => makeParents([set(['doc', 0], one)], item)).toThrow(
      'cannot set "doc[0]": "doc" is of type M in an item, not L',
    );
  });

  it('may be named __proto__', () => {
    const [action] = makeParents([set(['geo', '__proto__', 'x'], one)], item).actions;
    expect(JSON.stringify(action)).toContain('{"M":{"__proto__":{"M":{"x":{"N":"1"}}}}}');
  });
});
