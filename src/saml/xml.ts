/** An element of a document: what it is called, what is in it, and where it stands in the text. */
export interface XmlElement {
  readonly name: string;
  /** Without its prefix. */
  readonly localName: string;
  /** Empty: in no namespace. */
  readonly namespace: string;
  /** By name as written; namespace declarations are not among them. */
  readonly attributes: ReadonlyMap<string, string>;
  /** All that is declared here or further out, by prefix; the default namespace has the prefix ''. */
  readonly namespaces: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, CDATA sections included, as if there were no comments. */
  readonly text: string;
  /** Offsets of its first character and of the one after its last in the document's text. */
  readonly start: number;
  readonly end: number;
}
