/** A control of a form. */
export interface FormField {
  readonly name: string;
  /** In lower case: text, password, hidden, submit, textarea, select … */
  readonly type: string;
  readonly value: string;
  readonly id: string;
  /** Whether a browser submits it by default: not unchecked boxes and buttons. */
  readonly isSent: boolean;
}

/** A form of a page. */
export interface HtmlForm {
  readonly id: string;
  readonly name: string;
  readonly method: 'get' | 'post';
  /** As written; empty for the URL of the page. */
  readonly action: string;
  /** The URL of the page or of its `base` element. */
  readonly base: string;
  readonly page: URL;
  readonly fields: readonly FormField[];
}
