import { type Command as Completed, RootCommand, script } from '@bomb.sh/tab'
import { type Client, createClient } from '@millrace/client'
import type { Argument, Command, Option } from 'commander'
import { readContexts } from '../context/contexts-file.ts'
import { serverAddress } from '../server-address.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

export function printCompletionScript(shell: Shell): void {
  script(shell, 'millrace', 'millrace')
}

/** Prints what may come next on a line of which `words` are there; the last one is being typed. */
export async function complete(program: Command, words: readonly string[]): Promise<void> {
  const names = await namesFor(words)
  const root = new RootCommand()
  describe(root, { into: root, command: program }, names)
  root.parse([...words])
}

/** What can stand for an argument or an option, by the name of that. */
type Names = ReadonlyMap<string, readonly string[]>

function describe(
  root: RootCommand,
  { into, command }: { readonly into: Completed; readonly command: Command },
  names: Names,
): void {
  // The program's own options may stand after any command.
  const ancestors = ancestorsOf(command)
  const options = [...ancestors, command].flatMap((one) => one.options)
  for (const option of options) describeOption(into, option, names)
  for (const argument of command.registeredArguments) describeArgument(into, argument, names)
  for (const child of command.createHelp().visibleCommands(command)) {
    const path = into.value === '' ? child.name() : `${into.value} ${child.name()}`
    describe(root, { into: root.command(path, child.description()), command: child }, names)
  }
}

function ancestorsOf(command: Command): readonly Command[] {
  return command.parent === null ? [] : [...ancestorsOf(command.parent), command.parent]
}

function describeOption(into: Completed, option: Option, names: Names): void {
  const name = option.long?.replace(/^--/, '')
  if (name === undefined) return
  const alias = option.short?.replace(/^-/, '')
  if (option.isBoolean()) {
    into.option(name, option.description, alias)
    return
  }
  const values = option.argChoices ?? names.get(name) ?? []
  into.option(name, option.description, offering(values), alias)
}

function describeArgument(into: Completed, argument: Argument, names: Names): void {
  const values = argument.argChoices ?? names.get(argument.name()) ?? []
  into.argument(argument.name(), offering(values), argument.variadic)
}

function offering(values: readonly string[]) {
  return (offer: (value: string, description: string) => void) => {
    for (const value of values) offer(value, '')
  }
}

/** Only what the line may need: a shell waits for the answer. */
async function namesFor(words: readonly string[]): Promise<Names> {
  const [noun = ''] = words
  if (noun === 'context') return new Map([['name', [...(await readContexts()).urls.keys()]]])
  if (!ONLINE_NOUNS.has(noun)) return new Map()
  const address = await serverAddress(words[words.indexOf('--server') + 1 || -1])
  const client = createClient(address.url, { retryForMs: 0, requestTimeoutMs: ANSWER_WITHIN_MS })
  const [, verb, group] = words
  return new Map([
    ['topic', await all(topicNames(client))],
    ['group', await groupsFor(client, words)],
    ['share', words.includes('--share') ? await all(shareGroupNames(client)) : []],
    ['subject', noun === 'schema' ? await all(subjects(client)) : []],
    ['schema', words.includes('--schema') ? await all(subjects(client)) : []],
    ['key-schema', words.includes('--key-schema') ? await all(subjects(client)) : []],
    ['member', verb === 'leave' && group !== undefined ? await all(memberIds(client, group)) : []],
  ])
}

async function groupsFor(client: Client, words: readonly string[]): Promise<readonly string[]> {
  const [noun = ''] = words
  if (noun === 'share') return all(shareGroupNames(client))
  return GROUP_NOUNS.has(noun) || words.includes('--group') ? all(groupNames(client)) : []
}

const GROUP_NOUNS = new Set(['group', 'offset'])
const ONLINE_NOUNS = new Set([...GROUP_NOUNS, 'share', 'schema', 'topic', 'produce', 'consume'])
const ANSWER_WITHIN_MS = 1_000
/** More than that nobody reads. */
const NAMES_MAX = 1_000

async function* topicNames(client: Client): AsyncGenerator<string> {
  for await (const topic of client.topics.list()) if (!topic.internal) yield topic.name
}

async function* groupNames(client: Client): AsyncGenerator<string> {
  for await (const { group } of client.groups.list()) yield group
}

async function* shareGroupNames(client: Client): AsyncGenerator<string> {
  for await (const { group } of client.shareGroups.list()) yield group
}

async function* subjects(client: Client): AsyncGenerator<string> {
  yield* await client.schemas.subjects()
}

async function* memberIds(client: Client, group: string): AsyncGenerator<string> {
  const { members } = await client.groups.describe(group)
  for (const { memberId, instanceId } of members) yield instanceId ?? memberId
}

/** Without a server there are no names to offer, and nothing to say about it in the middle of a line. */
async function all(names: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = []
  try {
    for await (const name of names) {
      found.push(name)
      if (found.length === NAMES_MAX) break
    }
  } catch {
    return found
  }
  return found
}
