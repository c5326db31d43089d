// Shared by the binding files: the NumPy views that cross the border, never copied.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

namespace mixwright {

namespace nb = nanobind;

using AudioIn = nb::ndarray<const float, nb::shape<-1, -1>, nb::c_contig, nb::device::cpu>;
using AudioOut = nb::ndarray<float, nb::shape<-1, -1>, nb::c_contig, nb::device::cpu>;

// A new (rows, columns) float32/float64 NumPy array that owns its memory.
template <typename T>
nb::ndarray<nb::numpy, T, nb::ndim<2>> new_array(size_t rows, size_t columns) {
  T* data = new T[rows * columns]();
  nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<T*>(p); });
  return nb::ndarray<nb::numpy, T, nb::ndim<2>>(data, {rows, columns}, owner);
}

void bind_chain(nb::module_& m);
void bind_console(nb::module_& m);
void bind_delivery(nb::module_& m);
void bind_live(nb::module_& m);  // where MIXWRIGHT_LIVE is defined
void bind_meters(nb::module_& m);

}  // namespace mixwright
