/** @type {import('tailwindcss').Config} */
export default {
  content: ["./views/**/*.templ", "./views/part/attrs.go"],
};
