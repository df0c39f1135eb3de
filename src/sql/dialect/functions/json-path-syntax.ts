import { compileLikeRegex } from './like-regex.ts';
import { type PathToken, tokenizePath } from './json-path-tokens.ts';
import { raise } from './raise.ts';

/** A SQL/JSON path. https://www.postgresql.org/docs/15/functions-json.html#FUNCTIONS-SQLJSON-PATH */
export interface JsonPath {
  readonly strict: boolean;
  readonly root: PathNode;
}

export type PathNode =
  | { readonly kind: 'root' | 'current' | 'last' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | boolean | null | { readonly number: string } }
  | { readonly kind: 'step'; readonly of: PathNode; readonly step: PathStep }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly of: PathNode }
  | {
      readonly kind: 'arithmetic';
      readonly operator: Arithmetic;
      readonly left: PathNode;
      readonly right: PathNode;
    }
  | {
      readonly kind: 'compare';
      readonly operator: PathComparison;
      readonly left: PathNode;
      readonly right: PathNode;
    }
  | { readonly kind: 'and' | 'or'; readonly left: PathNode; readonly right: PathNode }
  | { readonly kind: 'not' | 'exists' | 'isUnknown'; readonly of: PathNode }
  | { readonly kind: 'startsWith'; readonly of: PathNode; readonly prefix: PathNode }
  | { readonly kind: 'likeRegex'; readonly of: PathNode; readonly pattern: RegExp };

export type PathStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'keys' | 'items' }
  | { readonly kind: 'levels'; readonly from: number; readonly to: number }
  | { readonly kind: 'positions'; readonly ranges: readonly (readonly [from: PathNode, to: PathNode])[] }
  | { readonly kind: 'filter'; readonly condition: PathNode }
  | { readonly kind: 'method'; readonly name: string }
  | { readonly kind: 'datetime'; readonly template: string | undefined };

export type Arithmetic = '+' | '-' | '*' | '/' | '%';
export type PathComparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

const COMPARISONS: ReadonlyMap<string, PathComparison> = new Map([
  ['==', '=='],
  ['!=', '!='],
  ['<>', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
]);
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
/** What the conditions of filters may be. */
const PREDICATES: ReadonlySet<PathNode['kind']> = new Set<PathNode['kind']>([
  'compare',
  'and',
  'or',
  'not',
  'exists',
  'isUnknown',
  'startsWith',
  'likeRegex',
]);
const METHODS: ReadonlySet<string> = new Set([
  'type',
  'size',
  'abs',
  'floor',
  'ceiling',
  'double',
  'keyvalue',
]);
/** Stands for `last` in the levels of `**`. */
export const MAX_LEVEL = Number.MAX_SAFE_INTEGER;

/** Parses a path; raises SQL_SYNTAX. */
export function parseJsonPath(path: string): JsonPath {
  return new PathParser(path).parse();
}

class PathParser {
  readonly #path: string;
  readonly #tokens: readonly PathToken[];
  #at = 0;
  #filters = 0;
  #subscripts = 0;

  constructor(path: string) {
    this.#path = path;
    this.#tokens = tokenizePath(path) ?? this.#fail();
  }

  parse(): JsonPath {
    if (this.#tokens.length === 0)
      return raise('SQL_BAD_VALUE', `invalid input syntax for type jsonpath: "${this.#path}"`);
    const strict = this.#acceptWord('strict');
    if (!strict) this.#acceptWord('lax');
    const root = this.#or();
    if (this.#at < this.#tokens.length) return this.#fail();
    return { strict, root };
  }

  #fail(): never {
    return raise('SQL_SYNTAX', `syntax error in jsonpath: ${this.#path}`);
  }

  #peek(kind: PathToken['kind'], text?: string): PathToken | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === kind && (text === undefined || token.text === text) ? token : undefined;
  }

  #take(kind: PathToken['kind'], text?: string): PathToken | undefined {
    const token = this.#peek(kind, text);
    if (token !== undefined) this.#at += 1;
    return token;
  }

  #accept(symbol: string): boolean {
    return this.#take('symbol', symbol) !== undefined;
  }

  /** Keywords are case-insensitive. */
  #acceptWord(word: string): boolean {
    const isNext = this.#peek('word')?.text.toLowerCase() === word;
    if (isNext) this.#at += 1;
    return isNext;
  }

  #expect(symbol: string): void {
    if (!this.#accept(symbol)) this.#fail();
  }

  #isPredicate(node: PathNode): PathNode {
    return PREDICATES.has(node.kind) ? node : this.#fail();
  }

  #isExpression(node: PathNode): PathNode {
    return PREDICATES.has(node.kind) ? this.#fail() : node;
  }

  #or(): PathNode {
    let left = this.#and();
    while (this.#accept('||'))
      left = { kind: 'or', left: this.#isPredicate(left), right: this.#isPredicate(this.#and()) };
    return left;
  }

  #and(): PathNode {
    let left = this.#predicate();
    while (this.#accept('&&'))
      left = { kind: 'and', left: this.#isPredicate(left), right: this.#isPredicate(this.#predicate()) };
    return left;
  }

  #predicate(): PathNode {
    if (this.#accept('!')) return { kind: 'not', of: this.#delimited() };
    const left = this.#sum();
    const operator = COMPARISONS.get(this.#peek('symbol')?.text ?? '');
    if (operator !== undefined) {
      this.#at += 1;
      return {
        kind: 'compare',
        operator,
        left: this.#isExpression(left),
        right: this.#isExpression(this.#sum()),
      };
    }
    if (this.#acceptWord('starts')) {
      if (!this.#acceptWord('with')) this.#fail();
      return { kind: 'startsWith', of: this.#isExpression(left), prefix: this.#prefix() };
    }
    if (this.#acceptWord('like_regex'))
      return { kind: 'likeRegex', of: this.#isExpression(left), pattern: this.#pattern() };
    if (!this.#acceptWord('is')) return left;
    if (!this.#acceptWord('unknown')) this.#fail();
    return { kind: 'isUnknown', of: this.#isPredicate(left) };
  }

  /** What may follow `!`. */
  #delimited(): PathNode {
    const isExists = this.#acceptWord('exists');
    this.#expect('(');
    const of = this.#or();
    this.#expect(')');
    return isExists ? { kind: 'exists', of: this.#isExpression(of) } : this.#isPredicate(of);
  }

  #prefix(): PathNode {
    const string = this.#take('string');
    if (string !== undefined) return { kind: 'literal', value: string.text };
    const variable = this.#take('variable');
    return variable === undefined || variable.text === ''
      ? this.#fail()
      : { kind: 'variable', name: variable.text };
  }

  #pattern(): RegExp {
    const pattern = this.#take('string')?.text ?? this.#fail();
    return compileLikeRegex(
      pattern,
      this.#acceptWord('flag') ? (this.#take('string')?.text ?? this.#fail()) : '',
    );
  }

  #sum(): PathNode {
    let left = this.#product();
    for (;;) {
      const operator = this.#accept('+') ? '+' : this.#accept('-') ? '-' : undefined;
      if (operator === undefined) return left;
      left = this.#arithmetic(operator, left, this.#product());
    }
  }

  #product(): PathNode {
    let left = this.#signed();
    for (;;) {
      const operator = (['*', '/', '%'] as const).find((each) => this.#accept(each));
      if (operator === undefined) return left;
      left = this.#arithmetic(operator, left, this.#signed());
    }
  }

  #arithmetic(operator: Arithmetic, left: PathNode, right: PathNode): PathNode {
    return { kind: 'arithmetic', operator, left: this.#isExpression(left), right: this.#isExpression(right) };
  }

  #signed(): PathNode {
    const operator = this.#accept('-') ? '-' : this.#accept('+') ? '+' : undefined;
    return operator === undefined
      ? this.#primary()
      : { kind: 'sign', operator, of: this.#isExpression(this.#signed()) };
  }

  #primary(): PathNode {
    let node = this.#start();
    for (;;) {
      const step = this.#step();
      if (step === undefined) return node;
      node = { kind: 'step', of: node, step };
    }
  }

  #start(): PathNode {
    const variable = this.#take('variable');
    if (variable !== undefined)
      return variable.text === '' ? { kind: 'root' } : { kind: 'variable', name: variable.text };
    const string = this.#take('string');
    if (string !== undefined) return { kind: 'literal', value: string.text };
    const number = this.#take('number');
    if (number !== undefined) return { kind: 'literal', value: { number: number.text } };
    if (this.#accept('@')) return this.#filters > 0 ? { kind: 'current' } : this.#fail();
    if (this.#accept('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    const word = this.#take('word')?.text ?? this.#fail();
    const value = WORDS.get(word);
    if (value !== undefined) return { kind: 'literal', value };
    if (word.toLowerCase() === 'last') return this.#subscripts > 0 ? { kind: 'last' } : this.#fail();
    if (word.toLowerCase() !== 'exists') return this.#fail();
    this.#at -= 1;
    return this.#delimited();
  }

  #step(): PathStep | undefined {
    if (this.#accept('[')) return this.#positions();
    if (this.#accept('?')) {
      this.#expect('(');
      this.#filters += 1;
      const condition = this.#isPredicate(this.#or());
      this.#filters -= 1;
      this.#expect(')');
      return { kind: 'filter', condition };
    }
    if (!this.#accept('.')) return undefined;
    if (this.#accept('*')) return { kind: 'keys' };
    if (this.#accept('**')) return this.#levels();
    const quoted = this.#take('string');
    if (quoted !== undefined) return { kind: 'key', key: quoted.text };
    const { text } = this.#take('word') ?? this.#fail();
    if (!this.#accept('(')) return { kind: 'key', key: text };
    const name = text.toLowerCase();
    const template = name === 'datetime' ? this.#take('string')?.text : undefined;
    this.#expect(')');
    if (name === 'datetime') return { kind: 'datetime', template };
    return METHODS.has(name) ? { kind: 'method', name } : this.#fail();
  }

  #positions(): PathStep {
    if (this.#accept('*')) {
      this.#expect(']');
      return { kind: 'items' };
    }
    const ranges: [PathNode, PathNode][] = [];
    this.#subscripts += 1;
    do {
      const from = this.#isExpression(this.#sum());
      ranges.push([from, this.#acceptWord('to') ? this.#isExpression(this.#sum()) : from]);
    } while (this.#accept(','));
    this.#subscripts -= 1;
    this.#expect(']');
    return { kind: 'positions', ranges };
  }

  #levels(): PathStep {
    if (!this.#accept('{')) return { kind: 'levels', from: 0, to: MAX_LEVEL };
    const from = this.#level();
    const to = this.#acceptWord('to') ? this.#level() : from;
    this.#expect('}');
    return { kind: 'levels', from, to };
  }

  #level(): number {
    if (this.#acceptWord('last')) return MAX_LEVEL;
    const { text } = this.#take('number') ?? this.#fail();
    return /^\d+$/.test(text) ? Number(text) : this.#fail();
  }
}
