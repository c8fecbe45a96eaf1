/** What schemas and data are held to. At a limit they are refused, by name. */

/** A schema's text in UTF-8, and each text that it refers to. The largest that people have are some 100 KiB. */
export const SCHEMA_BYTES_MAX = 1024 * 1024
/** Types within types, as the text has them. */
export const SCHEMA_NESTING_MAX = 64
/** Records, enums and fixed types, those of the references too. */
export const NAMED_TYPES_MAX = 2_000
/** Records, each named by a field of the one before. */
export const RECORD_CHAIN_MAX = 256
/** Digits of a decimal. Converting between binary and decimal takes more than linear time. */
export const DECIMAL_PRECISION_MAX = 1_000
/** Of all defaults of a schema together. They nest, and so a short text could ask for very much. */
export const DEFAULT_BYTES_MAX = 1024 * 1024
/** Objects and arrays of a datum within each other, as JSON bodies are held to. */
export const DATUM_NESTING_MAX = 64
/** A datum in Avro's binary. A record of the log has at most 1 MiB. */
export const DATUM_BYTES_MAX = 16 * 1024 * 1024
/**
 * What a datum may have in JSON beyond what its bytes are: names, symbols, and values that take no byte at all. So
 * many characters, and so many more a byte; more would be an attack by a small datum.
 */
export const NAMES_LENGTH_MIN = 256 * 1024
export const NAMES_LENGTH_PER_BYTE = 256
export const NAMES_LENGTH_MAX = 32 * 1024 * 1024
