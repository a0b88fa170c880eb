import { findTool, testTools } from './require-tool.ts';

/** Says once, before the run, which tests will be skipped for want of a real tool. */
export default function announceMissing(): void {
  for (const [tool, debianPackage] of Object.entries(testTools)) {
    if (findTool(tool, debianPackage) === undefined) {
      process.stderr.write(
        `note: ${tool} is not installed, its tests are skipped (apt-get install ${debianPackage})\n`,
      );
    }
  }
}
