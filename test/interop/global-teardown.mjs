/** Ends what the setup started. */
export default function teardown() {
  globalThis.interopMoto?.kill();
}
