import { mkdir, readFile, rm } from 'node:fs/promises';

/**
 * What we read of vitest's JSON report.
 *
 * @typedef {object} VitestReport
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults One per file.
 */

/**
 * Where vitest is to write its results; without those of an earlier run.
 *
 * @param {string} directory
 */
export async function resultsFile(directory) {
  await mkdir(directory, { recursive: true });
  const path = `${directory}/results.json`;
  await rm(path, { force: true });
  return path;
}

/**
 * Counts tests in vitest's JSON report. A file that could not be loaded holds no tests and counts as one failure; so
 * does a report that was not written.
 *
 * @param {string} path
 */
export async function readTestCounts(path) {
  /** @type {VitestReport} */
  let report;
  try {
    report = JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
}
