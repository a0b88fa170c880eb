declare module 'bcrypt-pbkdf' {
  /** Fills `key`; 0: done, -1: the arguments make no sense. */
  function pbkdf(
    passphrase: Uint8Array,
    passphraseLength: number,
    salt: Uint8Array,
    saltLength: number,
    key: Uint8Array,
    keyLength: number,
    rounds: number,
  ): number;
  const bcrypt: { readonly pbkdf: typeof pbkdf };
  export default bcrypt;
}
