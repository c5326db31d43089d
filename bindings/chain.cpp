#include "bind.hpp"

namespace mixwright {

void bind_chain(nb::module_& m) { (void)m; }

}  // namespace mixwright
