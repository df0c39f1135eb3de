/** The functions of DynamoDB's condition expressions; their first argument is an attribute, or a path into its document. */
export const ATTRIBUTE_FUNCTIONS: ReadonlySet<string> = new Set([
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
]);
