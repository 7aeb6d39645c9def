// What verbs that write share: the idempotency key, a document as JSON, and how it is told that
// something was accepted.
#pragma once
#include "ipc/client/verb.h"

namespace icure::client {

Arg key_arg();  ///< --key
/// A positional JSON object, `param`: on the command line, or - for the input.
Arg document_arg(const char* param, std::string about);

/// For Verb::run. Makes a key if none is given; where it is not known whether the daemon took the
/// request in, the failure says how to repeat it safely.
Exit run_write(Runner& runner, const Verb& verb, const Values& values);

/// A new idempotency key.
std::string new_key();

/// The values with what stands for the input read from there; usage if that is no JSON object.
Result<Values, Failure> with_input(const Verb& verb, Values values);

/// Adds to `failure`, if the request may have been taken in nevertheless, how to find out.
Failure with_key(Failure failure, const std::string& key);

}  // namespace icure::client
