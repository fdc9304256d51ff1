/** `npm run check`: prints each broken house rule as one line, file:line:column, and fails if there is one. */
import { fileURLToPath } from "node:url";
import { houseRuleViolations, readSourceTree, violationLine } from "./house-rules/index.ts";

const tree = readSourceTree(fileURLToPath(new URL("..", import.meta.url)));
const violations = houseRuleViolations(tree);
for (const violation of violations) console.log(violationLine(violation));
const files = `${tree.size} files`;
console.log(
  violations.length === 0
    ? `house rules: kept in ${files}`
    : `house rules: ${violations.length} broken in ${files}`,
);
process.exitCode = violations.length === 0 ? 0 : 1;
