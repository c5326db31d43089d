// mixwright._native: the one C++ core, as a Python module.
#include "bind.hpp"

NB_MODULE(_native, m) {
  m.doc() =
      "Mixwright's native core: the chain, the console's strip, the delivery stage, the meters and the JACK "
      "client.";
  mixwright::bind_chain(m);
  mixwright::bind_console(m);
  mixwright::bind_delivery(m);
  mixwright::bind_meters(m);
#ifdef MIXWRIGHT_LIVE
  mixwright::bind_live(m);
#endif
}
