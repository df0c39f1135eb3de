import { writeFileSync } from 'node:fs';

/** Writes how the tests went, in one line, to the file that TEST_SUMMARY_FILE names. A file that cannot run has failed. */
export default class SummaryReporter {
  onRunComplete(_, results) {
    const file = process.env.TEST_SUMMARY_FILE;
    if (!file) return;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    writeFileSync(file, `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}
