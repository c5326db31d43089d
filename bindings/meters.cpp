#include "bind.hpp"

namespace mixwright {

void bind_meters(nb::module_& m) { (void)m; }

}  // namespace mixwright
