/**
 * `pnpm tidy`: the layers and the style of this repository, as far as neither the type checker nor the linter sees
 * them. One rule a file in `tidy/`; what is measured per file or function is in `.oxlintrc.json`.
 */
import { REPOSITORY } from './checks/check.ts'
import { checkBrowserPath } from './tidy/browser-path.ts'
import { checkBuildReferences } from './tidy/build-references.ts'
import { checkDocumentNames } from './tidy/document-names.ts'
import { checkDocumentReferences } from './tidy/document-references.ts'
import { checkFileNames } from './tidy/file-names.ts'
import { checkFileSizes } from './tidy/file-sizes.ts'
import { checkForbiddenText } from './tidy/forbidden-text.ts'
import { checkLayers } from './tidy/layers.ts'
import { checkManifests } from './tidy/manifests.ts'
import { checkPackageReadmes } from './tidy/package-readmes.ts'
import { type Finding, readRepository, type Rule } from './tidy/repository.ts'

const RULES: readonly Rule[] = [
  checkLayers,
  checkBrowserPath,
  checkManifests,
  checkBuildReferences,
  checkPackageReadmes,
  checkFileNames,
  checkFileSizes,
  checkForbiddenText,
  checkDocumentReferences,
  checkDocumentNames,
]

const repository = await readRepository(REPOSITORY)
const findings = RULES.flatMap((rule) => rule(repository))
for (const finding of findings) process.stdout.write(`${inWords(finding)}\n`)
process.stdout.write(`${repository.files.length} files, ${findings.length} findings\n`)
process.exitCode = findings.length === 0 ? 0 : 1

function inWords({ path, line, message }: Finding): string {
  return `${path}${line === undefined ? '' : `:${line}`}: ${message}`
}
