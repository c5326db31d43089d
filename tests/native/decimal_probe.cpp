// Reads each line as a plugin reads numbers: how many letters the number has, and its value; -1 for none.
#include <iostream>

#include "decimal.hpp"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    double value = 0;
    const char* end = mixwright::read_decimal(line.data(), line.data() + line.size(), &value);
    std::cout << (end == nullptr ? -1 : end - line.data()) << " " << mixwright::digits_of(value) << "\n";
  }
}
