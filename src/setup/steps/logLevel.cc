// TensorFlow tells of oneDNN while its library is opened, before it reads TF_CPP_MIN_LOG_LEVEL: both are static
// initialisers of one library, and the one that speaks comes first. The addon is linked to be initialised before its
// libraries (-z initfirst), and sets the level that was asked for.
#include <cstdlib>

#include "absl/log/globals.h"

__attribute__((constructor)) static void setLogLevel() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level != nullptr) absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(std::atoi(level)));
}
