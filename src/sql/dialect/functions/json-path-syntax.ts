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
  | { readonly kind: 'method'; readonly name: string };

export type Arithmetic = '+' | '-' | '*' | '/' | '%';
export type PathComparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*")|(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|(\$(?:[\p{L}_][\p{L}\p{N}_]*|"(?:[^"\\]|\\.)*")?)|([\p{L}_][\p{L}\p{N}_$]*)|(\*\*|==|!=|<>|<=|>=|&&|\|\||[@.[\](){}*+\-/%<>!?,]))/suy;

interface Token {
  readonly kind: 'string' | 'number' | 'variable' | 'word' | 'symbol';
  readonly text: string;
}

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
const METHODS: ReadonlySet<string> = new Set([
  'type',
  'size',
  'abs',
  'floor',
  'ceiling',
  'double',
  'keyvalue',
]);
const MAX_LEVEL = Number.MAX_SAFE_INTEGER;

/** Parses a path; raises SQL_SYNTAX, or SQL_NOT_SUPPORTED for a method that the driver does not have. */
export function parseJsonPath(path: string): JsonPath {
  return new PathParser(path).parse();
}

class PathParser {
  readonly #path: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(path: string) {
    this.#path = path;
    this.#tokens = this.#tokenize();
  }

  parse(): JsonPath {
    const strict = this.#accept('word', 'strict');
    if (!strict) this.#accept('word', 'lax');
    const root = this.#or();
    if (this.#at < this.#tokens.length) return this.#fail();
    return { strict, root };
  }

  #tokenize(): Token[] {
    const tokens: Token[] = [];
    TOKEN.lastIndex = 0;
    while (this.#path.slice(TOKEN.lastIndex).trim() !== '') {
      const match = TOKEN.exec(this.#path);
      if (match === null) return this.#fail();
      const [, string, number, variable, word, symbol = ''] = match;
      if (string !== undefined) tokens.push({ kind: 'string', text: JSON.parse(string) });
      else if (number !== undefined) tokens.push({ kind: 'number', text: number });
      else if (variable !== undefined) tokens.push({ kind: 'variable', text: variable.slice(1) });
      else tokens.push(word === undefined ? { kind: 'symbol', text: symbol } : { kind: 'word', text: word });
    }
    return tokens;
  }

  #fail(): never {
    return raise('SQL_SYNTAX', `syntax error in jsonpath: ${this.#path}`);
  }

  #peek(kind: Token['kind'], text?: string): Token | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === kind && (text === undefined || token.text === text) ? token : undefined;
  }

  #take(kind: Token['kind'], text?: string): Token | undefined {
    const token = this.#peek(kind, text);
    if (token !== undefined) this.#at += 1;
    return token;
  }

  #accept(kind: Token['kind'], text: string): boolean {
    return this.#take(kind, text) !== undefined;
  }

  #expect(text: string): void {
    if (!this.#accept('symbol', text)) this.#fail();
  }

  #or(): PathNode {
    let left = this.#and();
    while (this.#accept('symbol', '||')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): PathNode {
    let left = this.#predicate();
    while (this.#accept('symbol', '&&')) left = { kind: 'and', left, right: this.#predicate() };
    return left;
  }

  #predicate(): PathNode {
    if (this.#accept('symbol', '!')) {
      this.#expect('(');
      const of = this.#or();
      this.#expect(')');
      return { kind: 'not', of };
    }
    const left = this.#sum();
    const operator = COMPARISONS.get(this.#peek('symbol')?.text ?? '');
    if (operator !== undefined) {
      this.#at += 1;
      return { kind: 'compare', operator, left, right: this.#sum() };
    }
    if (this.#accept('word', 'starts')) {
      if (!this.#accept('word', 'with')) this.#fail();
      return { kind: 'startsWith', of: left, prefix: this.#primary() };
    }
    if (this.#accept('word', 'like_regex')) return { kind: 'likeRegex', of: left, pattern: this.#pattern() };
    if (!this.#accept('word', 'is')) return left;
    if (!this.#accept('word', 'unknown')) this.#fail();
    return { kind: 'isUnknown', of: left };
  }

  #pattern(): RegExp {
    const pattern = this.#take('string')?.text ?? this.#fail();
    const flags = this.#accept('word', 'flag') ? (this.#take('string')?.text ?? this.#fail()) : '';
    if (!/^[imsq]*$/.test(flags))
      return raise('SQL_NOT_SUPPORTED', `flag "${flags}" of like_regex is not supported`);
    const source = flags.includes('q') ? pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : pattern;
    return new RegExp(source, `u${flags.replace('q', '')}`);
  }

  #sum(): PathNode {
    let left = this.#product();
    for (;;) {
      const operator = this.#accept('symbol', '+') ? '+' : this.#accept('symbol', '-') ? '-' : undefined;
      if (operator === undefined) return left;
      left = { kind: 'arithmetic', operator, left, right: this.#product() };
    }
  }

  #product(): PathNode {
    let left = this.#signed();
    for (;;) {
      const operator = (['*', '/', '%'] as const).find((each) => this.#accept('symbol', each));
      if (operator === undefined) return left;
      left = { kind: 'arithmetic', operator, left, right: this.#signed() };
    }
  }

  #signed(): PathNode {
    const operator = this.#accept('symbol', '-') ? '-' : this.#accept('symbol', '+') ? '+' : undefined;
    return operator === undefined ? this.#primary() : { kind: 'sign', operator, of: this.#signed() };
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
    if (variable !== undefined) {
      const { text } = variable;
      if (text === '') return { kind: 'root' };
      return { kind: 'variable', name: text.startsWith('"') ? JSON.parse(text) : text };
    }
    const string = this.#take('string');
    if (string !== undefined) return { kind: 'literal', value: string.text };
    const number = this.#take('number');
    if (number !== undefined) return { kind: 'literal', value: { number: number.text } };
    if (this.#accept('symbol', '@')) return { kind: 'current' };
    if (this.#accept('symbol', '(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    const word = this.#take('word')?.text ?? this.#fail();
    if (word === 'last') return { kind: 'last' };
    const value = WORDS.get(word);
    if (value !== undefined) return { kind: 'literal', value };
    if (word !== 'exists') return this.#fail();
    this.#expect('(');
    const of = this.#or();
    this.#expect(')');
    return { kind: 'exists', of };
  }

  #step(): PathStep | undefined {
    if (this.#accept('symbol', '[')) return this.#positions();
    if (this.#accept('symbol', '?')) {
      this.#expect('(');
      const condition = this.#or();
      this.#expect(')');
      return { kind: 'filter', condition };
    }
    if (!this.#accept('symbol', '.')) return undefined;
    if (this.#accept('symbol', '*')) return { kind: 'keys' };
    if (this.#accept('symbol', '**')) return this.#levels();
    const quoted = this.#take('string');
    if (quoted !== undefined) return { kind: 'key', key: quoted.text };
    const { text } = this.#take('word') ?? this.#fail();
    if (!this.#accept('symbol', '(')) return { kind: 'key', key: text };
    this.#expect(')');
    return METHODS.has(text)
      ? { kind: 'method', name: text }
      : raise('SQL_NOT_SUPPORTED', `jsonpath method .${text}() is not supported`);
  }

  #positions(): PathStep {
    if (this.#accept('symbol', '*')) {
      this.#expect(']');
      return { kind: 'items' };
    }
    const ranges: [PathNode, PathNode][] = [];
    do {
      const from = this.#sum();
      ranges.push([from, this.#accept('word', 'to') ? this.#sum() : from]);
    } while (this.#accept('symbol', ','));
    this.#expect(']');
    return { kind: 'positions', ranges };
  }

  #levels(): PathStep {
    if (!this.#accept('symbol', '{')) return { kind: 'levels', from: 0, to: MAX_LEVEL };
    const from = this.#level();
    const to = this.#accept('word', 'to') ? this.#level() : from;
    this.#expect('}');
    return { kind: 'levels', from, to };
  }

  #level(): number {
    return this.#accept('word', 'last') ? MAX_LEVEL : Number(this.#take('number')?.text ?? this.#fail());
  }
}
