#include "bind.hpp"

namespace mixwright {

void bind_delivery(nb::module_& m) { (void)m; }

}  // namespace mixwright
