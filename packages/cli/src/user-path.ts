import { dirname, resolve } from 'node:path'

/**
 * The directory that a user's relative paths start from: where the user stands. A package manager runs a
 * script from the folder of its package.json and leaves the user's own in INIT_CWD; a script that has gone
 * elsewhere since (`cd sub && millrace ...`) means that place.
 */
export function userDirectory(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  workingDirectory: string = process.cwd(),
): string {
  const { INIT_CWD: origin, npm_package_json: manifest } = environment
  if (origin === undefined || manifest === undefined) return workingDirectory
  return dirname(manifest) === workingDirectory ? origin : workingDirectory
}

export function userPath(path: string): string {
  return resolve(userDirectory(), path)
}
