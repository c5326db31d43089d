// mixwright._native: the one C++ core, as a Python module.
#include "bind.hpp"

NB_MODULE(_native, m) {
  m.doc() = "Mixwright's native core: the chain, the console's strip, the delivery stage and the meters.";
  mixwright::bind_chain(m);
  mixwright::bind_console(m);
  mixwright::bind_delivery(m);
  mixwright::bind_meters(m);
}
