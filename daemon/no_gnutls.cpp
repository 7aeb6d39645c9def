// libcurl brings GnuTLS along for protocols that are never spoken here, and it would get itself
// ready as soon as it is loaded: a mebibyte of memory and a few milliseconds of each start.

/// Whether not to, as gnutls.h (GNUTLS_SKIP_GLOBAL_INIT) has it.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): GnuTLS's name
extern "C" __attribute__((visibility("default"))) int _gnutls_global_init_skip() {
  return 1;
}
