// Stands in for the SDK's default chain of credential providers: the driver's clients are always given credentials.
export const defaultProvider = () => async () => {
  throw new Error('The client was created without credentials');
};
